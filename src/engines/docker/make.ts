import { lstatSync, readdirSync } from 'node:fs'
import { z } from 'zod'
import type { Cache } from '../../kit/cache.ts'
import { directoryTar } from '../../oci/index.ts'
import type { Container, Mount } from '../engine.ts'
import { mountFailed } from '../errors.ts'
import { removeContainer } from './clear.ts'
import { ApiError } from './client.ts'
import { checkPlaces, createBody } from './create.ts'
import type { Daemon } from './daemon.ts'
import { checkDirectory } from './directory.ts'
import { explain } from './explain.ts'
import { stackOf } from './layers.ts'
import { loadImage } from './load.ts'

/** Where and for whom containers are made. */
export interface Workshop {
  readonly daemon: Daemon
  readonly cache: Cache
  /** Who uses the engine. */
  readonly caller: { readonly uid: number; readonly gid: number }
  /** Images being loaded, by name: two jobs at once share one. */
  readonly loading: Map<string, Promise<string>>
}

export interface Made {
  readonly id: string
  /** Mounts that are copies: what was written to those that are writable has to be fetched. */
  readonly copies: readonly Mount[]
}

const createdSchema = z.object({ Id: z.string().regex(/^[0-9a-f]{12,64}$/) })
const configSchema = z.object({ Config: z.object({ Env: z.array(z.string()).nullish() }).nullish() })

/** A container that is ready to be started. Throws `mount-failed`, `program-not-started`, `engine-refused`. */
export async function makeContainer(
  workshop: Workshop,
  container: Container,
  options: { readonly input: boolean; readonly logged: boolean },
): Promise<Made> {
  const { daemon } = workshop
  checkPlaces(container, daemon)
  const user = userOf(container, workshop)
  const copies = container.mounts.filter(mount => isCopied(mount, daemon))
  if (copies.length > 0 && container.root === 'read-only') throw cannotCopy(daemon)
  const common = {
    ...options,
    user,
    imageEnv: container.image === undefined ? [] : await variablesOf(daemon, container.image),
    mounts: container.mounts.filter(mount => !copies.includes(mount)),
    copies: copies.map(({ to }) => to),
  }
  const id = await createOf(workshop, container, user.uid, image => createBody(container, daemon, { ...common, image }))
  try {
    await checkDirectory(daemon, id, container)
    for (const { from, to } of copies)
      await daemon.client.call('PUT', `/containers/${id}/archive`, {
        query: { path: '/' },
        body: directoryTar(from, { owner: user.uid, at: to.slice(1) }),
      })
    return { id, copies }
  } catch (error) {
    await removeContainer(daemon, id)
    throw explain(error, container, daemon)
  }
}

/** Of the image that is named, or of one made of the layers: that is sent again when somebody has cleared the engine's store since. */
async function createOf(
  workshop: Workshop,
  container: Container,
  uid: number,
  bodyOf: (image: string) => object,
): Promise<string> {
  const { daemon, loading } = workshop
  try {
    if (container.image !== undefined) return await create(daemon, bodyOf(container.image))
    const image = await imageOf(workshop, container, uid)
    try {
      return await create(daemon, bodyOf(image))
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error
      loading.delete(image)
      return await create(daemon, bodyOf(await imageOf(workshop, container, uid)))
    }
  } catch (error) {
    throw explain(error, container, daemon)
  }
}

async function create({ client }: Daemon, json: object): Promise<string> {
  const { body } = await client.call('POST', '/containers/create', { json })
  return createdSchema.parse(JSON.parse(body.toString('utf8'))).Id
}

/**
 * The sandbox's root is in truth whoever started it. Docker's is the machine's, which without capabilities may not even read the caller's
 * files: there the caller's own number takes its place.
 */
function userOf({ user }: Container, { daemon, caller }: Workshop): Container['user'] {
  const isMapped = daemon.rootless || !daemon.sharesFiles || process.platform !== 'linux'
  return user.uid !== 0 || isMapped ? user : caller
}

async function imageOf(
  { daemon, cache, loading }: Workshop,
  { layers, root }: Container,
  uid: number,
): Promise<string> {
  const upper = typeof root === 'string' ? [] : [root.upper].filter(directory => readable(directory))
  const { view, name } = await stackOf([...layers, ...upper], root === 'read-only' ? 0 : uid, cache)
  const running = loading.get(name) ?? loadImage(daemon, view, name).then(() => name)
  loading.set(name, running)
  running.catch(() => loading.delete(name))
  return running
}

/** An upper directory that holds something already is one more layer. */
function readable(directory: string): boolean {
  return lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() === true && readdirSync(directory).length > 0
}

/** A virtual machine's engine sees the user's directories, but hardly the ones programs are installed in. */
function isCopied({ from, readonly }: Mount, { sharesFiles }: Daemon): boolean {
  if (!sharesFiles) return true
  return process.platform !== 'linux' && readonly && lstatSync(from, { throwIfNoEntry: false })?.isFile() === true
}

async function variablesOf({ client }: Daemon, image: string): Promise<string[]> {
  const { body } = await client.call('GET', `/images/${encodeURIComponent(image)}/json`)
  const { Config } = configSchema.parse(JSON.parse(body.toString('utf8')))
  return (Config?.Env ?? []).map(text => text.split('=')[0] ?? '')
}

function cannotCopy({ name, from }: Daemon): Error {
  return mountFailed({
    what: `${name} runs on another machine (${from}) and cannot mount directories of this one.`,
    next: `Use the engine of this machine: unset ${from}.`,
  })
}
