import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { exec, start, type ExecOptions, type ExecResult } from '../../src/kit/exec.ts'
import { apt } from './apt.ts'

/** A podman service of a test's own: Debian's podman with its own socket, images and containers. Needs root. */
export interface Podman {
  /** For CONTAINER_HOST. */
  readonly host: string
  /** Runs podman itself on the same store; a non-zero exit is a result. */
  podman(args: readonly string[], options?: Omit<ExecOptions, 'env'>): Promise<ExecResult>
  stop(): Promise<void>
}

export async function startPodman(): Promise<Podman> {
  await apt('podman', 'runc')
  const folder = await mkdtemp('/tmp/podman-')
  const host = `unix://${join(folder, 'podman.sock')}`
  // What a machine without systemd, without a cgroup v2 and with low limits of its own needs to run containers at all.
  await writeFile(
    join(folder, 'containers.conf'),
    '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n' +
      '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n',
  )
  await writeFile(
    join(folder, 'storage.conf'),
    `[storage]\ndriver = "overlay"\nrunroot = "${folder}/run"\ngraphroot = "${folder}/data"\n`,
  )
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin',
    HOME: folder,
    CONTAINERS_CONF: join(folder, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
  }
  const service = start(['/usr/bin/podman', 'system', 'service', '--time', '0', host], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
    // Its monitor writes a file into the working directory when memory runs out.
    cwd: folder,
  })
  let log = ''
  service.stderr?.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-8000)))
  const podman: Podman['podman'] = (args, more = {}) => exec(['/usr/bin/podman', ...args], { ...more, env })
  const stop = async (): Promise<void> => {
    await podman(['rm', '--all', '--force', '--time', '0']).catch(() => null)
    if (service.exitCode === null && service.signalCode === null) {
      const ended = once(service, 'exit')
      service.kill('SIGTERM')
      await ended
    }
    await exec(['umount', join(folder, 'data/overlay')]).catch(() => null)
    await rm(folder, { recursive: true, force: true })
  }
  for (let tries = 0; (await exec(['/usr/bin/podman', '--remote', '--url', host, 'version'])).code !== 0; tries += 1) {
    if (tries < 100 && service.exitCode === null) {
      await sleep(100)
      continue
    }
    await stop()
    throw new Error(`podman does not answer:\n${log}`)
  }
  return { host, podman, stop }
}
