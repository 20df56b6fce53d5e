import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import ignore from 'ignore'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { ImagePlan } from '../../../model/plan.ts'
import type { Entry, Tree } from '../../../model/tree.ts'
import { readEntry, textOf } from './entry.ts'
import type { OwnIgnores } from './own-ignores.ts'
import { refuseSecrets } from '../secrets/refuse.ts'
import { scanText, type FoundSecret } from '../secrets/scan.ts'
import { isSecretFile } from '../secrets/secret-files.ts'

export interface AppContext {
  readonly tree: Tree
  /** Files left out because they hold secrets by their nature. */
  readonly secretFiles: readonly string[]
  /** What looks like a secret in tests and documentation, where it rarely is one. */
  readonly doubtful: readonly FoundSecret[]
  /** Files left out because an image cannot hold their names; fit for printing. */
  readonly unnameable: readonly string[]
  /** Files that hold a pointer of git LFS where the real content should be. */
  readonly pointers: readonly string[]
  /** Virtual environments that lie in the repository, left out. */
  readonly environments: readonly string[]
}

/** Where `wherry image --as-dockerfile` writes, unless told otherwise. */
export const ownOutput = '/wherry-docker/'

/** Never part of an image: version control, our own files, and what only serves development. */
export const alwaysOut = [
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
  '.wherry/',
  'wherry.lock',
  'wherry.*.lock',
  '.venv/',
  '.pytest_cache/',
  '.ruff_cache/',
  '.coverage',
  ownOutput,
]

/** The repository's files as they lie in the image. Throws `secret-in-source` and `link-outside`. */
export function readContext(
  checkout: Checkout,
  plan: Pick<ImagePlan, 'exclude' | 'allowSecrets'>,
  own: Pick<OwnIgnores, 'ignores'> = { ignores: () => false },
): AppContext {
  const out = ignore().add([...alwaysOut, ...plan.exclude])
  const allowed = ignore().add([...plan.allowSecrets])
  const environments = checkout.files.filter(isEnvironment).map(file => file.slice(0, -'pyvenv.cfg'.length))
  const tree: Entry[] = []
  const left = { secretFiles: [] as string[], unnameable: [] as string[], pointers: [] as string[] }
  const found: FoundSecret[] = []
  for (const file of checkout.files) {
    if (out.ignores(file) || own.ignores(file) || environments.some(directory => file.startsWith(directory))) continue
    if (!isNameable(checkout.root, file)) {
      left.unnameable.push(JSON.stringify(file))
      continue
    }
    const entry = readEntry(checkout.root, file)
    if (entry === null) continue
    const isAllowed = allowed.ignores(file)
    if (!isAllowed && isSecretFile(file, () => textOf(entry))) {
      left.secretFiles.push(file)
      continue
    }
    if (!isAllowed) found.push(...scanText(file, textOf(entry)))
    if (isPointer(entry)) left.pointers.push(file)
    tree.push(entry)
  }
  const certain = found.filter(secret => secret.certain)
  if (certain.length > 0) throw refuseSecrets(certain)
  return { tree, ...left, doubtful: found, environments }
}

/** In the root it is the repository itself, which somebody made an environment of. */
function isEnvironment(file: string): boolean {
  return file.endsWith('/pyvenv.cfg')
}

/** A name that is not UTF-8 was read with a replacement character, and no file of that name is found. */
function isNameable(root: string, file: string): boolean {
  if (/[\u0000-\u001F\u007F]/.test(file)) return false
  return !file.includes('\uFFFD') || lstatSync(join(root, file), { throwIfNoEntry: false }) !== undefined
}

/** https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: less than 1024 bytes, the version first. */
function isPointer(entry: Entry): boolean {
  return entry.kind === 'file' && entry.size < 1024 && textOf(entry).startsWith('version https://git-lfs.')
}
