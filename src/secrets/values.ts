import { badSecret } from './errors.ts'

/** What can be a secret at all: it becomes an environment variable. */

/** Bytes that runtime/launcher/environment.py takes, where secrets come as files; Linux ends at 128 KiB for a variable (execve(2)). */
const longest = 64 * 1024

export type Values = ReadonlyMap<string, string>

export function isSecretName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(name)
}

/** Throws `bad-secret`. */
export function checkSecretName(name: string): string {
  if (isSecretName(name)) return name
  // It may be the value, written in the wrong place: it is not repeated.
  throw badSecret({
    what: 'That is no name for a secret.',
    why: 'A name is letters, digits and underscores, and does not begin with a digit.',
    next: 'wherry secrets set STRIPE_KEY',
  })
}

/** What keeps a text from being a value; null when nothing does. */
export function faultOf(value: string): string | null {
  if (value === '') return 'it is empty'
  if (value.includes('\0')) return 'it holds a NUL character'
  if (!value.isWellFormed()) return 'it is not valid Unicode'
  if (Buffer.byteLength(value) > longest) return `it is longer than ${longest} bytes`
  return null
}

/** Throws `bad-secret`. */
export function checkValue(name: string, value: string): string {
  const why = faultOf(value)
  if (why === null) return value
  throw badSecret({
    what: `The value for ${name} cannot be kept.`,
    why: `As an environment variable ${why}.`,
    next: `wherry secrets set ${name}`,
  })
}
