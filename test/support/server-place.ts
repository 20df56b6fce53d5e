import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHost, type Host, type Transport } from '../../src/targets/host/index.ts'
import { connect } from '../../src/targets/host/ssh/transport.ts'
import { startCutProxy, type CutProxy } from './cut-proxy.ts'
import { startSshd, type Sshd } from './sshd.ts'

/** A server over a real sshd, whose user shares nothing with us: another HOME, another state, no cache. Its key is not known yet. */
export interface ServerPlace {
  /** HOME of its user. */
  readonly place: string
  /** Where Wherry's state lies there. */
  readonly state: string
  readonly sshd: Sshd
  /** Before the sshd: what is reached. */
  readonly proxy: CutProxy
  /** The place of an app on it, over a connection of its own; `wrap` sees what is asked of the agent. */
  open(name: string, options?: OpenOptions): Promise<Host>
  /** Stops it and every app that was opened. */
  close(): Promise<void>
}

export interface OpenOptions {
  readonly wrap?: (transport: Transport) => Transport
  /** Another user of it, whose home holds the state. */
  readonly user?: { readonly name: string; readonly state: string }
}

export async function startServer(): Promise<ServerPlace> {
  const before = { PATH: process.env['PATH'], XDG_CONFIG_HOME: process.env['XDG_CONFIG_HOME'] }
  const place = mkdtempSync(join(tmpdir(), 'wherry-server-'))
  const state = join(place, 'state')
  // What a start-up file prints stands before our answer.
  writeFileSync(join(place, '.bashrc'), 'echo welcome to the server\n')
  const sshd = await startSshd({ HOME: place, WHERRY_STATE: state })
  process.env['PATH'] = `${sshd.bin}:${before.PATH}`
  process.env['XDG_CONFIG_HOME'] = join(place, 'config')
  const proxy = await startCutProxy(sshd.port)
  const opened = new Map<string, OpenOptions>()
  const open = async (name: string, options: OpenOptions = {}): Promise<Host> => {
    const { wrap = given => given, user = { name: 'root', state } } = options
    const server = { destination: `${user.name}@127.0.0.1`, port: proxy.port, identity: null }
    const link = await connect(server, { target: name, acceptHostKey: await sshd.fingerprint() })
    opened.set(name, { user })
    const home = join(user.state, name)
    return openHost({ home, transport: wrap(link.transport(home)) })
  }
  return {
    place,
    state,
    sshd,
    proxy,
    open,
    async close() {
      for (const [name, options] of opened) await (await open(name, options)).down({ report: () => {} }).catch(() => {})
      proxy.stop()
      await sshd.stop()
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
      rmSync(place, { recursive: true, force: true })
    },
  }
}

/** The body of a page, on a connection of its own. */
export async function pageAt(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { Connection: 'close' } })
  return answer.text()
}
