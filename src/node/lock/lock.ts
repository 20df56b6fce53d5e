/** A package as the lock of a JavaScript package manager pins it. */
export interface LockedPackage {
  readonly name: string
  readonly version: string
  /** Address the lock names; null where the registry's own place for it is meant. */
  readonly url: string | null
  /** Subresource Integrity (`sha512-…`, base64); null where the lock pins what comes out of the archive instead (Yarn 2 and newer). */
  readonly integrity: string | null
  /** Platforms it is for, as package.json writes them; empty for all. */
  readonly os: readonly string[]
  readonly cpu: readonly string[]
  readonly libc: readonly string[]
}

export interface NodeLock {
  readonly packages: readonly LockedPackage[]
  /** What comes from git or another place that is no registry, as written. */
  readonly foreign: readonly string[]
}

/** A lock whose text is not what its manager writes. */
export class NodeLockError extends Error {}

const packageName = /^(?:@[a-z0-9~_-][\w.~-]*\/)?[a-z0-9~_-][\w.~-]*$/i
const exactVersion = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/
const subresource = /^sha(?:1|256|384|512)-[A-Za-z0-9+/]+={0,2}$/

/** A package with values that may become paths and addresses. Throws NodeLockError for others. */
export function lockedPackage(
  given: Pick<LockedPackage, 'name' | 'version'> & Partial<LockedPackage> & { readonly integrities?: string },
): LockedPackage {
  const { name, version } = given
  if (name.length > 214 || !packageName.test(name)) throw new NodeLockError(`no package name: ${JSON.stringify(name)}`)
  if (version.length > 256 || !exactVersion.test(version))
    throw new NodeLockError(`no version of ${name}: ${JSON.stringify(version)}`)
  const { os = [], cpu = [], libc = [], url = null } = given
  return { name, version, url, integrity: strongest(given.integrities ?? given.integrity ?? ''), os, cpu, libc }
}

/** Several may stand side by side (W3C Subresource Integrity, 3.3.4): the strongest counts. */
function strongest(text: string): string | null {
  const all = text.split(/\s+/).filter(one => subresource.test(one))
  return all.toSorted((a, b) => strength(b) - strength(a))[0] ?? null
}

function strength(integrity: string): number {
  return Number(/^sha(\d+)/.exec(integrity)?.[1] ?? 0)
}

/** Whether a package is for this platform; `!win32` excludes one (docs of package.json: os, cpu, libc). */
export function isFor(
  { os, cpu, libc }: Pick<LockedPackage, 'os' | 'cpu' | 'libc'>,
  platform: { readonly cpu: 'x64' | 'arm64' },
): boolean {
  return allows(os, 'linux') && allows(cpu, platform.cpu) && allows(libc, 'glibc')
}

function allows(list: readonly string[], own: string): boolean {
  if (list.includes(`!${own}`)) return false
  const named = list.filter(item => !item.startsWith('!'))
  return named.length === 0 || named.includes(own)
}
