import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { architectures } from '../kit/architecture.ts'
import type { Platform } from '../model/lock.ts'
import { badArgument } from './errors.ts'

/** Values of options, checked where they enter. */

/** An option that takes a text; null when it is not given. */
export function textOf(options: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = options[name]
  return typeof value === 'string' ? value : null
}

/** A TCP port. */
export function port(text: string, option: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= 65_535) return number
  throw badArgument({
    what: `${option} takes a port between 1 and 65535, not ${JSON.stringify(text)}.`,
    next: `${option} 8000`,
  })
}

/** `NAME=VALUE` pairs. */
export function environment(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map(pair => {
      const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/.exec(pair) ?? []
      if (name !== undefined && value !== undefined) return [name, value]
      // The text may be a secret that was written without its name: it is not repeated.
      throw badArgument({ what: '--env takes NAME=VALUE.', next: '--env DATABASE_URL=postgres://…' })
    }),
  )
}

/** What the image is for. */
export function platformOf({ platform }: Readonly<Record<string, unknown>>): { readonly platform?: Platform } {
  if (platform === undefined) return {}
  const found = architectures.map(each => `linux/${each}` as const).find(known => known === platform)
  if (found) return { platform: found }
  throw badArgument({
    what: `--platform takes linux/amd64 or linux/arm64, not ${JSON.stringify(platform)}.`,
    next: '--platform linux/arm64',
  })
}

/** Whether the repository's hooks are allowed now. */
export function hooksOf(options: Readonly<Record<string, unknown>>): { readonly allowHooks?: true } {
  return options['allowHooks'] === true ? { allowHooks: true } : {}
}

/** A release number; null when none is given. */
export function releaseNumber(text: string | undefined): number | null {
  if (text === undefined) return null
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw badArgument({
    what: `${JSON.stringify(text)} is no release number.`,
    next: existsSync(text)
      ? `wherry rollback --path ${text}   goes back to the release before`
      : 'wherry status   lists the releases',
  })
}

/** The path of a file that a command will write, refused before anything is done where it cannot be. */
export function outputFile(path: string, option: string): string {
  const directory = dirname(resolve(path))
  const why = !isDirectory(directory)
    ? `${directory} is no directory.`
    : isDirectory(path)
      ? `${path} is a directory.`
      : isWritable(directory)
        ? null
        : `${directory} cannot be written to.`
  if (why === null) return path
  throw badArgument({ what: `${option} cannot write ${path}.`, why, next: `${option} ./${basename(path)}` })
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** `10m`, `2h`, `3d` ago, or a date, as milliseconds since the epoch. */
export function moment(text: string, now: number, option = '--since'): number {
  const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
  const [, amount = '', unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? []
  if (unit !== '') return now - Number(amount) * (units[unit] ?? 0)
  // Of other text than a date of ISO 8601 JavaScript makes what it can: of `5` a day in 2001.
  const whole = /^\d{4}-\d{2}-\d{2}(?:$|[T ]\d)/.test(text)
  // A day alone would be one of Greenwich.
  const date = whole ? Date.parse(text.length === 10 ? `${text}T00:00` : text) : Number.NaN
  if (!Number.isNaN(date)) return date
  throw badArgument({
    what: `${option} takes a time such as 10m, 2h, 30d or a date such as 2026-01-31, not ${JSON.stringify(text)}.`,
    next: `${option} 2h`,
  })
}

/** From which severity on a command fails; `any` counts what nobody rated, too. */
export type FailLevel = 'any' | 'low' | 'medium' | 'high' | 'critical'

export function failLevel(text: string): FailLevel {
  const known: readonly FailLevel[] = ['any', 'low', 'medium', 'high', 'critical']
  const found = known.find(level => level === text)
  if (found) return found
  throw badArgument({
    what: `--fail-on takes ${known.join(', ')}, not ${JSON.stringify(text)}.`,
    next: '--fail-on high',
  })
}

/** `500MB`, `5GB`, as bytes (powers of ten, as sizes are shown). */
export function bytes(text: string, option: string): number {
  const units: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9, t: 1e12 }
  const [, amount = '', unit = ''] = /^(\d{1,6}(?:\.\d{1,3})?)\s?([kmgt])b?$/i.exec(text) ?? []
  if (unit !== '') return Math.round(Number(amount) * (units[unit.toLowerCase()] ?? 0))
  throw badArgument({ what: `${option} takes a size such as 5GB, not ${JSON.stringify(text)}.`, next: `${option} 5GB` })
}
