import { z } from 'zod'
import { lockedPackage, NodeLockError, type LockedPackage, type NodeLock } from './lock.ts'

const platforms = z
  .union([z.string().transform(one => [one]), z.array(z.string())])
  .optional()
  .catch(undefined)
const entry = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  resolved: z.union([z.string(), z.boolean()]).optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
  bundled: z.boolean().optional(),
  os: platforms,
  cpu: platforms,
  libc: platforms,
})
type Entry = z.infer<typeof entry>
const packages = z.looseObject({ packages: z.record(z.string(), entry) })
const folder = 'node_modules/'

/** package-lock.json and npm-shrinkwrap.json, versions 1 to 3 (npm docs: package-lock.json). Throws NodeLockError. */
export function readNpmLock(text: string): NodeLock {
  const json = parse(text)
  const flat = packages.safeParse(json)
  const all = flat.success ? placed(flat.data.packages) : nested(json, 0)
  const found: LockedPackage[] = []
  const foreign: string[] = []
  for (const [name, one] of all) {
    const { version = '', resolved, integrity = '' } = one
    const source = typeof resolved === 'string' ? resolved : /^(?:\d|npm:)/.test(version) ? '' : version
    // What lies in the repository or in the archive of another package is not fetched.
    if (one.link || one.inBundle || one.bundled || source.startsWith('file:')) continue
    // Version 1 says the address in the place of the version; which version it is, nothing says.
    const isNamed = source === version
    if (source !== '' && (isNamed || !/^https?:/.test(source))) foreign.push(`${name} (${source})`)
    else {
      const alias = /^npm:((?:@[^/]+\/)?[^@]+)@(.+)$/.exec(version)
      const url = source === '' ? null : source
      const { os = [], cpu = [], libc = [] } = one
      const key = alias ? { name: alias[1] ?? '', version: alias[2] ?? '' } : { name: one.name ?? name, version }
      found.push(lockedPackage({ ...key, url, integrities: integrity, os, cpu, libc }))
    }
  }
  return { packages: found, foreign }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new NodeLockError('it is no JSON')
  }
}

function placed(all: Readonly<Record<string, Entry>>): [string, Entry][] {
  return Object.entries(all).flatMap(([path, one]): [string, Entry][] => {
    const at = path.lastIndexOf(folder)
    // Others are the project itself and members of its workspace.
    return at < 0 ? [] : [[path.slice(at + folder.length), one]]
  })
}

const tree = z.looseObject({ dependencies: z.record(z.string(), z.unknown()).optional() })

/** Version 1 nests what each package has for itself. */
function nested(json: unknown, depth: number): [string, Entry][] {
  const parsed = tree.safeParse(json)
  if (!parsed.success || depth > 100) throw new NodeLockError('its packages are not where npm writes them')
  const all: [string, Entry][] = []
  for (const [name, value] of Object.entries(parsed.data.dependencies ?? {})) {
    const one = entry.safeParse(value)
    if (!one.success) throw new NodeLockError(`what it says of ${name} is not what npm writes`)
    all.push([name, one.data], ...nested(value, depth + 1))
  }
  return all
}
