import { lstatSync } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import ignore, { type Ignore } from 'ignore'
import { git } from '../git.ts'
import { readRegular } from '../regular-file.ts'
import { tooManyFiles } from './errors.ts'

/** Which files belong to a checkout: those git tracks and those it does not ignore; without git, all that .gitignore leaves. */

export interface Listing {
  /** Regular files and links, sorted by code unit, relative to the root. */
  readonly files: readonly string[]
  /** FIFOs, sockets and devices lying among them. */
  readonly specials: readonly string[]
  /** Submodules that are named but not checked out, or checked out (their files do not belong). */
  readonly submodules: readonly string[]
  readonly git: boolean
}

const limit = 200_000
/** Bytes of a .gitignore that is heeded. */
const largestIgnore = 1024 ** 2

/** Never part of an app, whatever the ignore files say. */
const alwaysOut = new Set([
  '.git',
  '.hg',
  '.svn',
  '__pycache__',
  'node_modules',
  '.wherry',
  '.tox',
  '.nox',
  '.mypy_cache',
])

export async function listCheckout(root: string): Promise<Listing> {
  const listed = await askGit(root)
  // A repository that lies inside another one's ignored folder has nothing that git would list.
  if (listed && listed.files.size > 0) return walkListed(root, listed)
  return walkIgnoring(root)
}

async function askGit(root: string): Promise<{ files: Set<string>; submodules: string[] } | null> {
  // Tags tell tracked files (`H MODE OBJECT STAGE<tab>PATH`) from others (`? PATH`): one program to start instead of two.
  const asked = ['ls-files', '-z', '-t', '--stage', '--cached', '--others', '--exclude-standard']
  const answer = await git(root, asked, { keep: 256 * 1024 ** 2, timeout: 60_000 })
  if (answer === null) return null
  const files = new Set<string>()
  const submodules: string[] = []
  for (const line of answer.split('\0')) {
    if (line.startsWith('? ')) files.add(line.slice(2))
    else if (/^\S 160000 /.test(line)) submodules.push(line.slice(line.indexOf('\t') + 1))
    else if (line !== '') files.add(line.slice(line.indexOf('\t') + 1))
  }
  return { files, submodules }
}

/** Visits the directories that hold listed files, to drop what is listed but gone and to see what git never lists: FIFOs. */
async function walkListed(root: string, listed: { files: Set<string>; submodules: string[] }): Promise<Listing> {
  const directories = new Set<string>([''])
  for (const file of listed.files) {
    for (let slash = file.lastIndexOf('/'); slash > 0; slash = file.lastIndexOf('/', slash - 1)) {
      const directory = file.slice(0, slash)
      if (directories.has(directory)) break
      directories.add(directory)
    }
  }
  const found = collector()
  // Git also lists what it once tracked below a name that is a link by now: nothing behind it belongs. Parents come first; the file
  // system is asked by git's own names, for where letter case does not count it has others.
  const real = new Set<string>()
  for (const directory of [...directories].sort()) {
    const isReal = directory === '' || (real.has(parentOf(directory)) && isDirectory(join(root, directory)))
    if (!isReal || directory.split('/').some(part => alwaysOut.has(part))) continue
    real.add(directory)
    await found.visit(root, directory, path => listed.files.has(path))
  }
  return { ...found.listing(), submodules: listed.submodules, git: true }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** Synchronous, for a round trip to the thread pool costs more than the question. */
function isDirectory(path: string): boolean {
  try {
    return lstatSync(path).isDirectory()
  } catch {
    return false
  }
}

async function walkIgnoring(root: string): Promise<Listing> {
  const found = collector()
  const visit = async (directory: string, rules: readonly Rule[]): Promise<void> => {
    const text = readRegular(root, join(directory, '.gitignore'), largestIgnore)
    const inForce = text === null ? rules : [...rules, { base: directory, matcher: ignore().add(text.toString()) }]
    const inner = await found.visit(root, directory, path => !ignored(path, inForce))
    for (const path of inner) {
      const name = path.slice(path.lastIndexOf('/') + 1)
      if (alwaysOut.has(name) || ignored(`${path}/`, inForce) || (await isVirtualenv(root, path))) continue
      await visit(path, inForce)
    }
  }
  await visit('', [])
  return { ...found.listing(), submodules: [], git: false }
}

interface Rule {
  readonly base: string
  readonly matcher: Ignore
}

/** The innermost file that says something of a path decides; it may take back what one above it says. */
function ignored(path: string, rules: readonly Rule[]): boolean {
  for (const { base, matcher } of rules.toReversed()) {
    const said = matcher.test(base === '' ? path : path.slice(base.length + 1))
    if (said.ignored || said.unignored) return said.ignored
  }
  return false
}

async function isVirtualenv(root: string, directory: string): Promise<boolean> {
  return lstat(join(root, directory, 'pyvenv.cfg')).then(
    () => true,
    () => false,
  )
}

function collector(): {
  visit(root: string, directory: string, belongs: (path: string) => boolean): Promise<string[]>
  listing(): { files: string[]; specials: string[] }
} {
  const files: string[] = []
  const specials: string[] = []
  return {
    async visit(root, directory, belongs) {
      const directories: string[] = []
      for (const entry of await readdir(join(root, directory), { withFileTypes: true }).catch(() => [])) {
        const path = directory === '' ? entry.name : `${directory}/${entry.name}`
        if (entry.isDirectory()) directories.push(path)
        else if (!entry.isFile() && !entry.isSymbolicLink()) specials.push(path)
        else if (belongs(path)) files.push(path)
      }
      if (files.length > limit) {
        throw tooManyFiles({
          what: `${root} holds more than ${limit} files.`,
          next: 'Run Wherry on the root of one repository, or list what does not belong in .gitignore.',
        })
      }
      return directories.sort()
    },
    listing: () => ({ files: files.sort(), specials: specials.sort() }),
  }
}
