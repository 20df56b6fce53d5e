import { readFileSync } from 'node:fs'
import type { Agent, RequestOptions } from 'node:http'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { start } from '../../kit/exec.ts'
import type { Address, TlsFiles } from './address.ts'

/** The options of a request that bring it to the engine. Connections to this machine are kept; the others serve one request each. */
export function dial(
  address: Address,
  agent: Agent,
): Pick<RequestOptions, 'socketPath' | 'agent' | 'host' | 'port' | 'createConnection'> {
  if (address.kind === 'unix') return { socketPath: address.path, agent }
  if (address.kind === 'ssh') return { createConnection: () => overSsh(address) }
  const { host, port, tls } = address
  if (tls === null) return { host, port, agent }
  // An address is no name of a server (RFC 6066 §3); the certificate is held against the host either way.
  const named = isIP(host) === 0 ? { servername: host } : {}
  return { host, port, createConnection: () => connectTls({ host, port, ...named, ...certificatesOf(tls) }) }
}

/** docker's own way to a remote engine: its command there copies between its standard streams and the engine's socket. */
function overSsh({ destination, port, user }: Extract<Address, { kind: 'ssh' }>): Duplex {
  const options = [...(port === null ? [] : ['-p', port]), ...(user === null ? [] : ['-l', user])]
  const child = start(
    [
      'ssh',
      '-T',
      '-o',
      'BatchMode=yes',
      '-o',
      'ConnectTimeout=15',
      ...options,
      '--',
      destination,
      'docker system dial-stdio',
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  const { stdin, stdout, stderr } = child
  if (!stdin || !stdout || !stderr) throw new Error('ssh: started without streams')
  let said = ''
  stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)))
  const duplex = Duplex.from({ readable: stdout, writable: stdin })
  child.on('error', error => duplex.destroy(error))
  child.on('close', code => {
    if (code !== 0 && code !== null) duplex.destroy(new Error(said.trim() || `ssh ended with ${code}`))
  })
  duplex.on('close', () => child.kill())
  return duplex
}

function certificatesOf({ directory, verify }: TlsFiles): Record<string, Buffer | boolean> {
  if (directory === '') return {}
  const files = Object.entries({ ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' }).flatMap(([option, name]) => {
    try {
      return [[option, readFileSync(join(directory, name))] as const]
    } catch {
      return []
    }
  })
  return { ...Object.fromEntries(files), rejectUnauthorized: verify }
}
