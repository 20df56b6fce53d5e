import type { Licences } from './inventory/licence.ts'

/** A package that was found in an image by its own record there, whoever put it in. */
export interface Package {
  readonly ecosystem: 'debian' | 'python'
  /** Normalised, for Python (PEP 503). */
  readonly name: string
  readonly version: string
  readonly purl: string
  /** Index of the layer that brings it. */
  readonly layer: number
  readonly summary: string | null
  readonly homepage: string | null
  readonly licences: Licences
  /** What its record asks for: Debian's Depends and Pre-Depends, Python's Requires-Dist. Read by `findNeeds`. */
  readonly asks: readonly string[]
  /** Names it stands in for: Debian's Provides. */
  readonly provides: readonly string[]
  /** The Debian source package it was built from, by which advisories name it; null for Python. */
  readonly source: { readonly name: string; readonly version: string } | null
  /** Paths in the image, as its record lists them; null where no record does (Debian's, without dpkg). */
  readonly files: readonly string[] | null
  /** Accounts of what it holds itself, as it ships them (PEP 770): path in the image and text. */
  readonly sboms: readonly { readonly path: string; readonly text: string }[]
}

/** Orders packages for every list: by ecosystem, name, version. */
export function byPackage(a: Package, b: Package): number {
  if (a.purl === b.purl) return 0
  return a.purl < b.purl ? -1 : 1
}
