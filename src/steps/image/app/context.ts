import { readFileSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import ignore from 'ignore'
import { linkOutside } from '../../../kit/checkout/errors.ts'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { DataPlace, ImagePlan } from '../../../model/plan.ts'
import type { Entry, FileEntry, Tree } from '../../../model/tree.ts'
import { isSecretFile, refuseSecrets, scanText, type FoundSecret } from './secrets.ts'

/** Where the repository lies in the image. */
export const appDirectory = 'app'
/** The volume: what outlives a release. */
export const dataDirectory = 'data'
/** Committed data that fills an empty volume once. */
export const seedDirectory = 'wherry/seed'

export interface AppContext {
  readonly tree: Tree
  /** Files left out because they hold secrets by their nature. */
  readonly secretFiles: readonly string[]
}

/** Never part of an image: version control, our own files, and what only serves development. */
const alwaysOut = [
  '.git/',
  '.gitignore',
  '.gitattributes',
  '.gitmodules',
  '.github/',
  '.gitlab-ci.yml',
  '.dockerignore',
  '.vscode/',
  '.idea/',
  '__pycache__/',
  '*.pyc',
  '.DS_Store',
  '/wherry.toml',
  'wherry.lock',
  '.venv/',
  '.pytest_cache/',
  '.ruff_cache/',
  '.coverage',
]

/**
 * The repository's files as they lie in the image, with links into the volume where the app keeps data. `root` is the app's directory in
 * the repository, '' for the repository itself. Throws `secret-in-source` and `link-outside`.
 */
export function readContext(checkout: Checkout, root: string, plan: ImagePlan, data: readonly DataPlace[]): AppContext {
  const out = ignore()
    .add(alwaysOut)
    .add([...plan.exclude])
  const allowed = ignore().add([...plan.allowSecrets])
  const secretFiles: string[] = []
  const found: FoundSecret[] = []
  const entries: Entry[] = []
  const places = data.map(place => ({ ...place, path: root === '' ? place.path : `${root}/${place.path}` }))
  for (const file of checkout.files) {
    if (out.ignores(file)) continue
    const isAllowed = plan.allowSecrets.length > 0 && allowed.ignores(file)
    if (!isAllowed && isSecretFile(file, () => readFileSync(join(checkout.root, file), 'latin1'))) {
      secretFiles.push(file)
      continue
    }
    const entry = readEntry(checkout.root, file)
    if (entry === null) continue
    if (!isAllowed && entry.kind === 'file' && entry.size < 1024 ** 2) found.push(...scanText(file, textOf(entry)))
    entries.push(relocate(entry, places, root))
  }
  if (found.length > 0) throw refuseSecrets(found)
  return { tree: [...entries, ...dataLinks(places, root), ...seedParents(entries)], secretFiles }
}

function readEntry(root: string, file: string): Entry | null {
  const absolute = join(root, file)
  const status = lstatSync(absolute)
  const path = `${appDirectory}/${file}`
  if (status.isSymbolicLink()) return readLink(root, file, absolute, path)
  if (!status.isFile()) return null
  // git keeps one bit of the mode; the umask of whoever cloned must not reach the image.
  const mode = status.mode & 0o100 ? 0o755 : 0o644
  const data = readFileSync(absolute)
  return { kind: 'file', path, mode, size: data.length, bytes: { data } }
}

function readLink(root: string, file: string, absolute: string, path: string): Entry {
  const target = readlinkSync(absolute)
  let real: string | null = null
  try {
    real = realpathSync(absolute)
  } catch {
    // A link to nothing is kept as it is: it points into the repository or it is refused below by its text.
  }
  const leaves = real === null ? target.startsWith('/') : real !== root && !real.startsWith(root + sep)
  if (leaves) {
    throw linkOutside({
      what: `${file} is a link that leads out of the repository.`,
      next: `Replace ${file} with the file itself, remove it, or leave it out with image.exclude in wherry.toml.`,
      evidence: [{ file, text: 'symbolic link' }],
    })
  }
  return { kind: 'link', path, target }
}

function textOf(entry: FileEntry): string {
  return 'data' in entry.bytes ? Buffer.from(entry.bytes.data).toString('latin1') : ''
}

/** A committed file that lies in a place for data fills the volume once instead; the image holds a link there. */
function relocate(entry: Entry, places: readonly DataPlace[], root: string): Entry {
  const file = entry.path.slice(appDirectory.length + 1)
  const place = places.find(({ path }) => file === path || file.startsWith(`${path}/`))
  return place ? { ...entry, path: `${seedDirectory}/${root === '' ? file : file.slice(root.length + 1)}` } : entry
}

function dataLinks(places: readonly DataPlace[], root: string): Entry[] {
  const below = root === '' ? 0 : root.length + 1
  return places.map(({ path }) => ({
    kind: 'link',
    path: `${appDirectory}/${path}`,
    target: `/${dataDirectory}/${path.slice(below)}`,
  }))
}

function seedParents(entries: readonly Entry[]): Entry[] {
  return entries.some(({ path }) => path.startsWith(`${seedDirectory}/`))
    ? [{ kind: 'directory', path: seedDirectory, mode: 0o755 }]
    : []
}
