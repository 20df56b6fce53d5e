import { optionalText } from '../../kit/checkout/optional-text.ts'
import type { Module } from './module.ts'
import { rememberModule } from './remember.ts'

/** The Python files of a repository, each read once and only when somebody asks. */
export interface SourceTree {
  /** Paths of Python files, relative, '/'-separated, sorted. */
  readonly files: readonly string[]
  has(file: string): boolean
  /** True for a directory with Python files in or below it ('' is the root). */
  hasDirectory(directory: string): boolean
  /** Raw text; '' when the file cannot be read or is larger than `largest`. */
  text(file: string): string
  /** True for the top-level name of a library that a directory inside a package does not hide. */
  isLibrary(name: string): boolean
  /** The module a file holds; an empty one when the file cannot be read. */
  module(file: string): Module
}

export interface TextFiles {
  readonly files: readonly string[]
  text(path: string, limit?: number): string | null
}

/** Bytes of a Python file beyond which it is data (generated tables, fixtures), not a program. */
const largest = 1024 ** 2

/** `leaveOut` says which files are nobody's source: installed packages, templates. `libraries` are names known to be installed. */
export function createSourceTree(
  texts: TextFiles,
  leaveOut: (file: string) => boolean = () => false,
  libraries: ReadonlySet<string> = new Set(),
): SourceTree {
  const files = texts.files.filter(file => file.endsWith('.py') && !leaveOut(file))
  const known = new Set(files)
  const directories = new Set<string>([''])
  for (const file of files) {
    for (let at = file.lastIndexOf('/'); at > 0; at = file.lastIndexOf('/', at - 1)) directories.add(file.slice(0, at))
  }
  const modules = new Map<string, Module>()
  const text = (file: string): string => (known.has(file) ? readText(texts, file) : '')

  return {
    files,
    has: file => known.has(file),
    hasDirectory: directory => directories.has(directory),
    text,
    isLibrary: name => libraries.has(name),
    module(file) {
      let module = modules.get(file)
      if (module === undefined) {
        module = rememberModule(file, text(file))
        modules.set(file, module)
      }
      return module
    },
  }
}

function readText(texts: TextFiles, file: string): string {
  // A FIFO, a link that leads out, or a huge file named *.py: not source. What must be named is named where files are packed.
  return optionalText(texts, file, largest) ?? ''
}
