import { chown, readdir, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Container, Running } from '../../src/engines/engine.ts'
import { sandboxEngine } from '../../src/engines/sandbox/engine.ts'
import * as nginx from '../../src/nginx/index.ts'
import type { MadeImage } from '../../src/steps/image/index.ts'
import { benchCache } from './example.ts'
import { ask } from './launcher.ts'
import { makeDirectory } from './nginx-edge.ts'
import { siteIn } from './nginx-sites.ts'

/** Runs what an image holds in sandboxes, piece by piece, so that a measurement can leave a piece out. */
export interface Stage {
  /** A directory that all that is started here may write to, at the same path inside. */
  readonly directory: string
  /** Starts a program of the image and waits until `where` (a port or a socket's path) answers with 200. */
  start(
    argv: readonly [string, ...string[]],
    env: Readonly<Record<string, string>>,
    where: string | number,
  ): Promise<void>
  /** Starts the image's nginx with our configuration, on a port, before the app's socket. */
  startEdge(socket: string, port: number): Promise<void>
  stop(): Promise<void>
}

const user = { uid: 10001, gid: 10001 }

export async function openStage({ image, layers, lock }: MadeImage): Promise<Stage> {
  const directory = makeDirectory()
  for (const name of [...(await readdir(directory)), '.']) await chown(join(directory, name), user.uid, user.gid)
  const engine = await sandboxEngine({ trustedLayers: layers.slice(0, 1), cache: benchCache })
  const running: Running[] = []
  const container: Omit<Container, 'argv' | 'env'> = {
    layers: layers.filter(layer => existsSync(layer)),
    user,
    cwd: image.config.workingDirectory,
    root: 'read-only',
    mounts: [{ from: directory, to: directory, readonly: false }],
    tmpfs: [],
    network: 'host',
    hostname: 'bench',
    memoryLimit: null,
    pidsLimit: null,
  }
  const start: Stage['start'] = async (argv, env, where) => {
    const started = await engine.start({ ...container, argv, env: { HOME: '/tmp', ...image.config.env, ...env } })
    running.push(started)
    await untilServing(started, where)
  }
  return {
    directory,
    start,
    async startEdge(socket, port) {
      const version = nginx.nginxOf(lock.base.nginx.find(({ name }) => name === 'nginx')?.version ?? '')
      const configuration = nginx.parseDiskPath(join(directory, 'nginx.conf'))
      await writeFile(configuration, nginx.writeConfiguration(siteFor(directory, socket, port), version))
      const argv = nginx.nginxCommand(configuration, version, { program: '/usr/sbin/nginx' })
      await start(argv, { PATH: '/usr/sbin:/usr/bin' }, port)
    },
    async stop() {
      await Promise.all(running.map(each => each.stop('SIGTERM', 2000)))
    },
  }
}

function siteFor(directory: string, socket: string, port: number): nginx.Site {
  return siteIn(directory, {
    listen: [{ address: nginx.parseAddress('127.0.0.1'), port: nginx.parsePort(port) }],
    app: { socket: nginx.parseSocketPath(socket), timeout: nginx.parseTime('60s') },
    workerProcesses: 2,
  })
}

async function untilServing(started: Running, where: string | number): Promise<void> {
  let ended = false
  void started.exited.then(() => (ended = true))
  for (;;) {
    const answer = await ask(where).catch(() => null)
    if (answer?.status === 200) return
    if (ended) throw new Error(`a program ended before it answered at ${where}`)
    await sleep(20)
  }
}
