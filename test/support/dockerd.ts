import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { exec, start, type ExecOptions, type ExecResult } from '../../src/kit/exec.ts'
import { apt } from './apt.ts'

/**
 * A Docker engine of a test's own: Debian's docker.io with its own socket, images and containers, so that nothing that this
 * machine has in its store can answer instead of what is tested, and nothing is left behind. Needs root.
 */
export interface Dockerd {
  /** For DOCKER_HOST. */
  readonly host: string
  readonly socket: string
  /** Runs the docker command against it; a non-zero exit is a result. */
  docker(args: readonly string[], options?: Omit<ExecOptions, 'env'>): Promise<ExecResult>
  stop(): Promise<void>
}

export interface DockerdOptions {
  /** overlay2 is what servers have; vfs works on every file system, slowly. */
  readonly storage?: 'overlay2' | 'vfs'
  /** Further arguments: `--insecure-registry`, `--registry-mirror` … */
  readonly args?: readonly string[]
}

/** Starts one without networks: containers see `--network none` or `host`. Installs what is missing. */
export async function startDockerd(options: DockerdOptions = {}): Promise<Dockerd> {
  await apt('docker.io')
  const folder = await mkdtemp('/tmp/dockerd-')
  const socket = join(folder, 'docker.sock')
  const settings = {
    host: `unix://${socket}`,
    'data-root': join(folder, 'data'),
    'exec-root': join(folder, 'exec'),
    pidfile: join(folder, 'pid'),
    'storage-driver': options.storage ?? 'overlay2',
    bridge: 'none',
    iptables: 'false',
    ip6tables: 'false',
    'ip-forward': 'false',
    'ip-masq': 'false',
  }
  const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
  const daemon = start(['/usr/sbin/dockerd', ...flags, ...(options.args ?? [])], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  daemon.stderr?.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-8000)))
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin',
    DOCKER_HOST: settings.host,
    DOCKER_CONFIG: folder,
    HOME: folder,
  }
  const docker: Dockerd['docker'] = (args, more = {}) => exec(['docker', ...args], { ...more, env })
  const stop = async (): Promise<void> => {
    if (daemon.exitCode === null && daemon.signalCode === null) {
      const ended = once(daemon, 'exit')
      daemon.kill('SIGTERM')
      await ended
    }
    // A container on the host's network leaves its namespace mounted here.
    await exec(['umount', join(folder, 'exec/netns/default')]).catch(() => null)
    await rm(folder, { recursive: true, force: true })
  }
  for (let tries = 0; (await docker(['version'])).code !== 0; tries += 1) {
    if (tries < 300 && daemon.exitCode === null) {
      await sleep(100)
      continue
    }
    await stop()
    throw new Error(`dockerd does not answer:\n${log}`)
  }
  return { host: env.DOCKER_HOST, socket, docker, stop }
}
