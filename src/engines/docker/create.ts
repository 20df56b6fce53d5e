import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import type { Container, Mount } from '../engine.ts'
import { mountFailed } from '../errors.ts'
import { ownLabel, type Daemon } from './daemon.ts'

export interface CreateOptions {
  /** The image's name in the engine's store. */
  readonly image: string
  /** Variables of the image's config, which an engine adds to those of the container unless it is told not to. */
  readonly imageEnv: readonly string[]
  readonly user: Container['user']
  /** Those that are mounted; others are copied. */
  readonly mounts: readonly Mount[]
  /** Places of those. */
  readonly copies: readonly string[]
  readonly input: boolean
  /** False for what runs to its end while we read its streams: nothing is written to a log as well. */
  readonly logged: boolean
}

/** What is in memory unless the container says otherwise, with the sizes of the sandbox (runtime/sandboxing/root.py). */
export const usualTmpfs: ReadonlyMap<string, number> = new Map([
  ['/tmp', 1 << 30],
  ['/run', 64 << 20],
])

/** The body of POST /containers/create. */
export function createBody(container: Container, daemon: Pick<Daemon, 'name'>, options: CreateOptions): object {
  const [program, ...words] = container.argv
  const { user, image, input } = options
  return {
    Image: image,
    Entrypoint: [program],
    Cmd: words,
    Env: environmentOf(container, options),
    User: `${user.uid}:${user.gid}`,
    WorkingDir: container.cwd,
    Hostname: container.hostname,
    Labels: options.logged ? {} : { [ownLabel.name]: ownLabel.value },
    OpenStdin: input,
    AttachStdin: input,
    StdinOnce: input,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: container.network,
      ReadonlyRootfs: container.root === 'read-only',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Tmpfs: tmpfsOf(container, daemon, options.copies),
      Mounts: options.mounts.map(({ from, to, readonly }) => ({
        Type: 'bind',
        Source: from,
        Target: to,
        ReadOnly: readonly,
      })),
      // The name of the machine itself: without a network, engines write none.
      ...(container.network === 'none' ? { ExtraHosts: [`${container.hostname}:127.0.1.1`] } : {}),
      ...(container.memoryLimit === null ? {} : { Memory: container.memoryLimit, MemorySwap: container.memoryLimit }),
      ...(container.pidsLimit === null ? {} : { PidsLimit: container.pidsLimit }),
      ...(options.logged ? {} : { LogConfig: { Type: 'none', Config: {} } }),
    },
  }
}

/** A name without a value takes a variable out (Docker; podman's interface has no word for it). */
function environmentOf({ env }: Container, { imageEnv }: CreateOptions): string[] {
  const unwanted = [...imageEnv, 'HOSTNAME'].filter(name => env[name] === undefined)
  return [...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...unwanted]
}

/** A file that is copied into the root beforehand would be hidden by memory mounted over it later. */
function tmpfsOf(
  { tmpfs, mounts }: Container,
  { name }: Pick<Daemon, 'name'>,
  copies: readonly string[],
): Record<string, string> {
  const asked = Object.fromEntries(tmpfs.map(({ to, size }) => [plainPath(to), size]))
  const covered = new Set(mounts.map(({ to }) => plainPath(to)))
  // Podman would fill it with what the image has there.
  const plain = name === 'podman' ? ',notmpcopyup' : ''
  return Object.fromEntries(
    Object.entries({ ...Object.fromEntries(usualTmpfs), ...asked })
      .filter(([to]) => !covered.has(to) && !copies.some(copy => copy.startsWith(`${to}/`)))
      .map(([to, size]) => [to, `rw,exec,nosuid,nodev,mode=1777,size=${size}${plain}`]),
  )
}

/** Throws `mount-failed` for what cannot be mounted, before an engine is asked: they differ in what they let through. */
export function checkPlaces({ mounts, tmpfs }: Container, { name }: Pick<Daemon, 'name'>): void {
  // Podman would make a directory of this name on the machine.
  const absent = mounts.find(({ from }) => !existsSync(from))
  if (absent) throw cannotMount(absent.from, 'it does not exist')
  for (const path of name === 'podman' ? mounts.flatMap(({ from, to }) => [from, to]) : [])
    // Its interface writes them into a line of comma-separated values, where they would mean something else.
    if (/[",\n\r]/.test(path)) throw cannotMount(path, 'podman cannot mount paths with quotes, commas or line ends')
  for (const to of [...mounts, ...tmpfs].map(each => each.to)) {
    const place = plainPath(to)
    if (place !== '/' && place.startsWith('/') && !/^\/(?:proc|dev|sys)(?:\/|$)/.test(place)) continue
    throw cannotMount(to, 'the place belongs to the engine')
  }
}

/** Absolute, without a slash at its end. */
function plainPath(path: string): string {
  return posix.resolve('/', path)
}

function cannotMount(path: string, why: string): Error {
  return mountFailed({ what: `Nothing can be mounted: ${path}.`, why, next: 'Choose another place.' })
}
