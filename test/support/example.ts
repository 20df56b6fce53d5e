import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { exec, start, type ExecResult } from '../../src/kit/exec.ts'
import type { Lock } from '../../src/model/lock.ts'
import { image } from '../../src/ship.ts'
import type { MadeImage } from '../../src/steps/image/index.ts'
import { ownLock } from './own-lock.ts'

/** One of examples/ as a user has it: a repository of its own, worked on with bin/wherry, which keeps what it makes in `cache`. */
export interface Example {
  /** Around the repository: for what lies beside it, gone with it. */
  readonly home: string
  readonly directory: string
  /** Runs bin/wherry in it; throws where that ends with another code than 0. */
  wherry(...args: readonly string[]): Promise<ExecResult>
  /** Starts bin/wherry in it, for a command that stays. */
  start(...args: readonly string[]): Staying
  /** The image in this process, for what the command line does not tell. */
  made(): Promise<MadeImage>
  /** The lock of its first image, which is made when there is none yet. */
  lock(): Promise<Lock>
  remove(): Promise<void>
}

/** A command that stays, and what it has printed so far. */
export interface Staying {
  printed(): string
  isOver(): boolean
  /** Interrupts it, as Ctrl-C does, and waits for its end. */
  stop(): Promise<void>
}

const root = resolve(import.meta.dirname, '../..')
/** Kept from one test file to the next: what is downloaded once need not be downloaded again. */
export const benchCache = join(tmpdir(), 'wherry-bench-cache')

/** `fresh`: with a cache of its own, in which there is nothing yet. */
export async function copyExample(name: string, { fresh = false } = {}): Promise<Example> {
  const fill = (directory: string): Promise<void> => cp(join(root, 'examples', name), directory, { recursive: true })
  return makeRepository(name, fill, { fresh })
}

/** A repository of that name with the files that `fill` leaves in it. */
export async function makeRepository(
  name: string,
  fill: (directory: string) => Promise<void>,
  { fresh = false } = {},
): Promise<Example> {
  const home = await mkdtemp(join(tmpdir(), 'wherry-bench-'))
  const directory = join(home, name)
  await mkdir(directory)
  await fill(directory)
  await exec(['git', 'init', '--quiet', directory])
  const cache = fresh ? join(home, 'cache') : benchCache
  const env = { ...environment(), WHERRY_CACHE: cache, WHERRY_STATE: join(home, 'state') }
  const wherry: Example['wherry'] = async (...args) => {
    const result = await exec([join(root, 'bin/wherry'), ...args], { cwd: directory, env, timeout: 300_000 })
    if (result.code === 0) return result
    throw new Error(`wherry ${args.join(' ')} ended with ${result.code}:\n${result.stdout}${result.stderr}`)
  }
  return {
    home,
    directory,
    wherry,
    start: (...args) => stay([join(root, 'bin/wherry'), ...args], directory, env),
    async made() {
      process.env['WHERRY_CACHE'] = cache
      return (await image(directory, { report: () => {} })).made
    },
    async lock() {
      const file = join(directory, 'wherry.lock')
      if (!existsSync(file)) await wherry('image')
      return ownLock(file)
    },
    remove: () => rm(home, { recursive: true, force: true }),
  }
}

function stay(argv: readonly [string, ...string[]], cwd: string, env: Record<string, string>): Staying {
  const child = start(argv, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', chunk => (text += chunk))
  let isOver = false
  const ended = new Promise<void>(resolve => child.once('close', () => resolve())).then(() => (isOver = true))
  return {
    printed: () => text,
    isOver: () => isOver,
    async stop() {
      child.kill('SIGINT')
      await ended
    },
  }
}

/** Replaces the one occurrence of a text in a file. */
export async function edit(file: string, from: string, to: string): Promise<void> {
  const text = readFileSync(file, 'utf8')
  if (text.split(from).length !== 2) throw new Error(`${file} does not hold ${JSON.stringify(from)} once`)
  await writeFile(
    file,
    text.replace(from, () => to),
  )
}

/** What is brought over the network, as it arrived or unpacked; all else in the cache is made from it. */
const downloads = /^(?:deb|debian-packages|debian-libraries|wheel|sdist|uv|uv-cache)(?:-\d+)?$/

/** Leaves the downloads and nothing that was made of them; `spare` names what else is to stay. */
export async function forgetImages(cache: string): Promise<void> {
  for (const kind of await readdir(cache))
    if (!downloads.test(kind)) await rm(join(cache, kind), { recursive: true, force: true })
}

/** Ours, without what only the runner of the tests is meant by. */
export function environment(): Record<string, string> {
  const defined = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(
    defined.filter(([name]) => !/^(?:VITEST|NODE_OPTIONS$|NODE_ENV$|TEST$|DEV$|PROD$)/.test(name)),
  )
}
