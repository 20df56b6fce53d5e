import { posix } from 'node:path'
import type { Checkout } from '../../../kit/checkout/index.ts'

/** A directory of the repository whose project files are looked at. */
export interface Place {
  readonly checkout: Checkout
  /** Relative to the repository; `.` for its root. */
  readonly directory: string
}

/** A file of the place, relative to the repository. */
export function pathIn({ directory }: Place, name: string): string {
  return posix.normalize(posix.join(directory, name))
}

export function hasFile(place: Place, name: string): boolean {
  return place.checkout.has(pathIn(place, name))
}

/** The place itself and the directories above it, up to the repository's root. */
export function placesUpwards(checkout: Checkout, root: string): readonly Place[] {
  const places: Place[] = []
  let directory = posix.normalize(root === '' ? '.' : root).replace(/\/$/, '')
  while (directory !== '.') {
    places.push({ checkout, directory })
    directory = posix.dirname(directory)
  }
  return [...places, { checkout, directory: '.' }]
}
