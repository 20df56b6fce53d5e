import { randomBytes } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A value that is nowhere unless it was put there: where it is found, a secret would be. */
export function makeCanary(): string {
  return `canary-${randomBytes(16).toString('hex')}`
}

/** Files below a directory that hold one of the values, plain or in base64, with their modes. */
export function holders(
  directory: string,
  values: readonly string[],
): { readonly file: string; readonly mode: number }[] {
  const forms = values.flatMap(value => [value, Buffer.from(value).toString('base64').replace(/=+$/, '')])
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).flatMap(file => {
    const status = lstatSync(join(directory, file))
    if (!status.isFile()) return []
    const bytes = readFileSync(join(directory, file))
    return forms.some(form => bytes.includes(form)) ? [{ file, mode: status.mode & 0o777 }] : []
  })
}

/** Looks at the arguments of every process of the machine, over and over, until it is stopped; gives those that held a value. */
export function watchArguments(values: readonly string[]): () => readonly string[] {
  const seen = new Set<string>()
  const look = (): void => {
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid)) continue
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
        if (values.some(value => line.includes(value))) seen.add(line)
      } catch {
        // It has ended.
      }
    }
  }
  const timer = setInterval(look, 20)
  return () => {
    clearInterval(timer)
    look()
    return [...seen]
  }
}
