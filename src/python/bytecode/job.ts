import { copyFileSync, linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Bytes, FileEntry } from '../../model/tree.ts'
import { bytecodeFailed } from './errors.ts'

/** One run of runtime/compile.py: what it is given, how it is started, what it answers. Its docstring is the reference. */

/** What to start: the image's interpreter with these arguments, these directories mounted and this text on its stdin. */
export interface PythonRun {
  /** After the interpreter. */
  readonly args: readonly string[]
  /** Beside what the caller sets. */
  readonly env: Readonly<Record<string, string>>
  readonly mounts: readonly PythonMount[]
  /** It may be started before this is known, which a spare one is. */
  readonly stdin: Promise<string>
}

export interface PythonMount {
  /** Absolute, on this machine. */
  readonly source: string
  /** Absolute, where the interpreter sees it. */
  readonly target: string
  readonly writable: boolean
}

/** Files are numbered through all trees. */
export type SourceFiles = readonly FileEntry[]

/** Two directories of this machine: of the sources, and of what comes of them. */
export interface Places {
  readonly input: string
  readonly output: string
}

const script = fileURLToPath(new URL('../../../runtime/compile.py', import.meta.url))

export function makePlaces(scratch: string): Places {
  const places = { input: join(scratch, 'in'), output: join(scratch, 'out') }
  for (const place of Object.values(places)) mkdirSync(place)
  copyFileSync(script, join(places.input, 'compile.py'))
  return places
}

/** Puts the sources, numbered, into one directory: links where the file system allows, copies elsewhere. */
export async function stage(trees: readonly SourceFiles[], { input, output }: Places): Promise<void> {
  let number = 0
  for (const [n, sources] of trees.entries()) {
    mkdirSync(join(output, `${n}`))
    for (const { bytes } of sources) {
      place(bytes, join(input, `${number}`))
      number += 1
      // Synchronous, for a round trip to the thread pool costs more than a link; but others want to run, too.
      if (number % 500 === 0) await setImmediate()
    }
  }
}

function place(bytes: Bytes, target: string): void {
  if ('data' in bytes) return writeFileSync(target, bytes.data)
  try {
    linkSync(bytes.file, target)
  } catch {
    copyFileSync(bytes.file, target)
  }
}

/** What a run is told of its sources. */
export function describeSources(trees: readonly SourceFiles[], at: string): string {
  const words = ['']
  let number = 0
  for (const [n, sources] of trees.entries())
    for (const [i, { size, path }] of sources.entries()) {
      words.push(`${at}/in/${number}`, `${size}`, path, `${at}/out/${n}/${i}`)
      number += 1
    }
  return words.join('\0')
}

export function describeRun({ input, output }: Places, at: string, stdin: Promise<string>): PythonRun {
  return {
    args: [...flags, `${at}/in/compile.py`],
    env: { PYTHONHASHSEED: '0', LC_ALL: 'C.UTF-8' },
    mounts: [
      { source: input, target: `${at}/in`, writable: false },
      { source: output, target: `${at}/out`, writable: true },
    ],
    stdin,
  }
}

/** runtime/compile.py says why; none of them is in the bytecode. */
const flags = ['-S', '-s', '-B', '-X', 'utf8', '-W', 'ignore', '-X', 'pycache_prefix=/compile.py/has/none']

export interface Answer {
  readonly tag: string
  /** Why sources were not compiled, by their number. */
  readonly skipped: ReadonlyMap<number, string>
}

export function readAnswer(text: string): Answer {
  const skipped = new Map<number, string>()
  let tag: unknown
  for (const line of text.split('\n').filter(Boolean)) {
    const message = parse(line)
    if (typeof message['file'] === 'number') skipped.set(message['file'], String(message['why']))
    else tag = message['tag']
  }
  if (typeof tag !== 'string' || !/^[a-z0-9-]{1,40}$/.test(tag))
    throw failed(text.split('\n').at(-1) || 'it ended without an answer')
  return { tag, skipped }
}

export function failed(why: string): Error {
  return bytecodeFailed({
    what: "The image's Python did not finish compiling.",
    why,
    next: 'Run the command again with --verbose; report it when it stays.',
  })
}

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(line)) as Record<string, unknown>
  } catch {
    return {}
  }
}
