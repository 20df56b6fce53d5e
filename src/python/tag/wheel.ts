import { isName, normalizeName } from '../name.ts'
import { parseVersion } from '../version/version.ts'

/** A wheel's file name taken apart (binary distribution format): what it is and which interpreters it fits. */
export interface WheelName {
  /** Normalised. */
  readonly name: string
  readonly version: string
  /** The build tag orders wheels that are otherwise equal: number, then text. */
  readonly build: readonly [number, string] | null
  /** Every combination of the compressed tag sets: `cp313-cp313-manylinux_2_17_x86_64`. */
  readonly tags: readonly string[]
}

/** No published wheel has a fraction of it; a crafted name could multiply to millions. */
const mostTags = 1000

/** Null when the name is no wheel's. */
export function parseWheelName(file: string): WheelName | null {
  if (file.length > 500 || !file.toLowerCase().endsWith('.whl')) return null
  const parts = file.slice(0, -4).split('-')
  if (parts.length !== 5 && parts.length !== 6) return null
  const [name = '', version = ''] = parts
  const build = parts.length === 6 ? readBuild(parts[2] ?? '') : null
  const tags = expandTags(parts.slice(-3))
  if (!isName(name) || parseVersion(version) === null || tags === null) return null
  if (parts.length === 6 && build === null) return null
  return { name: normalizeName(name), version, build, tags }
}

function readBuild(text: string): readonly [number, string] | null {
  const match = /^(\d{1,15})(.*)$/.exec(text)
  return match === null ? null : [Number(match[1]), match[2] ?? '']
}

function expandTags(sets: readonly string[]): string[] | null {
  const [pythons = [], abis = [], platforms = []] = sets.map(set => set.toLowerCase().split('.'))
  if (pythons.length * abis.length * platforms.length > mostTags) return null
  return pythons.flatMap(python => abis.flatMap(abi => platforms.map(platform => `${python}-${abi}-${platform}`)))
}
