import type { LockedPackage } from './lock.ts'

export interface RegistryPath {
  readonly name: string
  /** The archive's own name: `core-7.1.0.tgz`. */
  readonly file: string
}

const archive =
  /^https?:\/\/[^\s"'#]*?\/((?:@[^/"\s#]+(?:\/|%2f))?[^/"\s#@]+)\/(?:-|download)\/(?:@[^/"\s#]+\/)?([^/"\s#]+\.tgz)$/i

/**
 * The package of an archive's address, in the form registries serve them: `…/NAME/-/FILE.tgz` (cnpm writes
 * `download` for the dash); null for any other address.
 */
export function registryPath(url: string): RegistryPath | null {
  const [, name, file] = archive.exec(url.split('?')[0] ?? '') ?? []
  return name && file ? { name: name.replace(/%2f/i, '/'), file } : null
}

/** Where a registry serves a package's archive, below its own address. */
export function archivePath({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}/-/${name.slice(name.indexOf('/') + 1)}-${version.split('+')[0]}.tgz`
}

/** A lock's text with the address of every package turned to another registry (`base` ends with a slash). */
export function redirectLock(text: string, packages: readonly LockedPackage[], base: string): string {
  const places = new Map(packages.flatMap(one => (one.url === null ? [] : [[one.url, `${base}${archivePath(one)}`]])))
  return text.replaceAll(/https?:\/\/[^\s"'#,}]+/g, url => places.get(url) ?? url)
}
