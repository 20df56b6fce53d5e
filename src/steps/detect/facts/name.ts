import { basename } from 'node:path'

/** A name fit for every target, from the project's own or the directory's: lower case, digits and dashes, 2 to 40 characters. */
export function appName(declared: string | null, directory: string): string {
  for (const candidate of [declared, basename(directory)]) {
    const name = (candidate ?? '')
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '')
      .slice(0, 40)
      .replace(/-+$/, '')
    if (name.length >= 2) return name
  }
  return 'app'
}
