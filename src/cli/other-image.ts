import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Architecture } from '../kit/architecture.ts'
import { type Cache } from '../kit/cache.ts'
import { git } from '../kit/git.ts'
import type { Lock } from '../model/lock.ts'
import { findImage, readArchive, readLayout, type ImageView } from '../oci/index.ts'
import { lockFor, parseLockFile } from '../steps/image/resolve/lock-file.ts'
import { badArgument, imageNotHere } from './errors.ts'
import { openPlace } from './place.ts'

/** What an image is compared with: another image, or what another lock says. */
export type OtherImage =
  | { readonly kind: 'image'; readonly name: string; readonly view: ImageView }
  | { readonly kind: 'lock'; readonly name: string; readonly lock: Lock }

export interface OtherOptions {
  readonly cache: Cache
  /** The repository, and the app's directory in it: for releases and commits. */
  readonly repository: string
  /** Its name under `[apps]`; null where the repository is one app. */
  readonly app: string | null
  /** Where the app's lock lies, relative to the repository. */
  readonly lockFile: string
  /** Of the image that is compared: a lock holds one entry for each. */
  readonly architecture: Architecture
}

/**
 * Finds the image or lock that a person means by `text`: a release number of this machine, a digest, an OCI layout or archive, a
 * wherry.lock, or a commit that has one. Throws `bad-argument` and `image-not-here`.
 */
export async function findOther(text: string, options: OtherOptions): Promise<OtherImage> {
  if (/^\d{1,6}$/.test(text) && !existsSync(text)) return ofRelease(Number(text), options)
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return ofDigest(text, `the image ${text.slice(0, 19)}`, options)
  if (existsSync(text)) return ofPath(text, options)
  const { repository, architecture, lockFile: file } = options
  // A name that begins with a dash would be an option of git.
  const found = text.startsWith('-') ? null : await git(repository, ['show', '--no-textconv', `${text}:./${file}`])
  if (found !== null) return ofLock(found, { file: `${text}:${file}`, name: `${file} of ${text}`, architecture })
  throw badArgument({
    what: `${JSON.stringify(text)} is no release, no file, and no commit that has ${file}.`,
    next: '--diff takes a release number (`wherry status` lists them), an archive of --out, or a commit.',
  })
}

async function ofRelease(number: number, { cache, repository, app }: OtherOptions): Promise<OtherImage> {
  const host = await openPlace(repository, app)
  const { releases, current } = await host.status()
  const release = [...releases, ...(current ? [current] : [])].find(each => each.number === number)
  if (!release)
    throw badArgument({
      what: `There is no release ${number} on this machine.`,
      next: 'wherry status   lists the releases',
    })
  return ofDigest(release.image, `release ${number}`, { cache })
}

async function ofDigest(digest: string, name: string, { cache }: Pick<OtherOptions, 'cache'>): Promise<OtherImage> {
  const view = await findImage(digest, cache)
  if (view) return { kind: 'image', name, view }
  throw imageNotHere({
    what: `The image of ${name} is not in the cache any more.`,
    next: 'Compare with a later release, or with an archive that `wherry image --out FILE` wrote.',
  })
}

async function ofPath(path: string, { cache, architecture }: OtherOptions): Promise<OtherImage> {
  if (statSync(path).isDirectory() && existsSync(join(path, 'oci-layout')))
    return { kind: 'image', name: path, view: await readLayout(path) }
  if (!statSync(path).isFile())
    throw badArgument({ what: `${path} holds no image.`, next: '--diff takes an OCI layout or an archive of one.' })
  if (path.endsWith('.lock') || path.endsWith('.json'))
    return ofLock(await readFile(path, 'utf8'), { file: path, name: path, architecture })
  return { kind: 'image', name: path, view: await readArchive(path, { cache }) }
}

function ofLock(
  text: string,
  { file, name, architecture }: { readonly file: string; readonly name: string; readonly architecture: Architecture },
): OtherImage {
  const lock = lockFor(parseLockFile(text, file), architecture)
  if (lock !== null) return { kind: 'lock', name, lock }
  throw badArgument({
    what: `${name} locks nothing for linux/${architecture}.`,
    next: 'Compare with an archive of --out, or make the image for the platform that is locked there: --platform.',
  })
}
