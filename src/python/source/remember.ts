import { readModule, type Module } from './module.ts'

/** Characters of all texts whose modules are kept; a module takes some ten times the room of its text. */
const most = 8 * 1024 ** 2

interface Remembered {
  readonly text: string
  readonly module: Module
}

/** The one used longest ago first. */
const remembered = new Map<string, Remembered>()
let size = 0

/**
 * A file's module, read again only when its text is another: a process that looks at one repository after every change (`up --watch`)
 * parses what changed. Known by path and whole text, so that it is never stale; equal files in two places stay two modules, for a name
 * means something else in each.
 */
export function rememberModule(file: string, text: string): Module {
  const known = remembered.get(file)
  if (known) forget(file, known)
  const module = known?.text === text ? known.module : readModule(text)
  remembered.set(file, { text, module })
  size += text.length
  for (const [oldest, one] of remembered) {
    if (size <= most) break
    forget(oldest, one)
  }
  return module
}

function forget(file: string, { text }: Remembered): void {
  remembered.delete(file)
  size -= text.length
}
