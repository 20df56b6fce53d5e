import { posix } from 'node:path'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { readIni } from '../../../python/manifest/ini.ts'
import { readSetupPy } from '../../../python/manifest/setup-py.ts'
import { isName, normalizeName } from '../../../python/name.ts'
import { readToml, type Table } from '../../../python/toml/read.ts'
import { entriesAt, textAt, textsAt, valueAt } from '../../../python/toml/table.ts'
import { parseVersion } from '../../../python/version/version.ts'

/** A project of the repository, as an installer would register it: what `importlib.metadata` and its own commands need. */
export interface OwnProject {
  /** As written. */
  readonly name: string
  /** Null when it is computed from what is not in the tree, such as git's tags. */
  readonly version: string | null
  /** Entry points by group, each as `name = value`; scripts are in `console_scripts`. */
  readonly entryPoints: ReadonlyMap<string, readonly string[]>
}

/** The project whose directory this is, relative to the repository; null where no file names one. */
export function readOwnProject(checkout: Checkout, directory: string): OwnProject | null {
  const text = (name: string): string | null => textIn(checkout, posix.join(directory, name))
  const pyproject = text('pyproject.toml')
  const table = pyproject === null ? {} : readToml(pyproject, posix.join(directory, 'pyproject.toml'))
  const project = fromPyproject(table, text) ?? fromSetupCfg(text) ?? fromSetupPy(checkout, directory, text)
  return project !== null && isName(project.name) ? project : null
}

type Text = (name: string) => string | null

function textIn(checkout: Checkout, path: string): string | null {
  return checkout.has(path) ? checkout.text(path) : null
}

function fromPyproject(table: Table, text: Text): OwnProject | null {
  const name = textAt(table, 'project', 'name') ?? textAt(table, 'tool', 'poetry', 'name')
  if (name === null) return null
  const written = textAt(table, 'project', 'version') ?? textAt(table, 'tool', 'poetry', 'version')
  const groups = entriesAt(table, 'project', 'entry-points').map(
    ([group, points]) => [group, pairs({ points }, 'points')] as const,
  )
  const scripts = [...pairs(table, 'project', 'scripts'), ...pairs(table, 'tool', 'poetry', 'scripts')]
  return {
    name,
    version: usable(written) ?? computedVersion(table, name, text),
    entryPoints: new Map([...groups, ['console_scripts', scripts]]),
  }
}

function pairs(table: unknown, ...path: readonly string[]): string[] {
  return entriesAt(table, ...path).flatMap(([name, value]) => (typeof value === 'string' ? [`${name} = ${value}`] : []))
}

/** Versions that a backend reads from a file of the tree (setuptools, Hatch, PDM, Flit). Null for those it asks git for. */
function computedVersion(table: Table, name: string, text: Text): string | null {
  const dynamic = valueAt(table, 'tool', 'setuptools', 'dynamic', 'version')
  const file = textAt({ dynamic }, 'dynamic', 'file') ?? textsAt({ dynamic }, 'dynamic', 'file')[0]
  if (file) return usable(text(file)?.trim() ?? null)
  const attribute = textAt({ dynamic }, 'dynamic', 'attr')
  const module = normalizeName(name).replaceAll('-', '_')
  const package_ = attribute === null ? module : attribute.split('.').slice(0, -1).join('/')
  const places = [textAt(table, 'tool', 'hatch', 'version', 'path'), textAt(table, 'tool', 'pdm', 'version', 'path')]
  const usual = ['', 'src/'].flatMap(base => [`${base}${package_}/__init__.py`, `${base}${package_}.py`])
  for (const place of [...places.filter(path => path !== null), ...usual]) {
    const found = /^(?:__version__|VERSION|version)\s*(?::\s*str\s*)?=\s*["']v?([^"'\n]{1,100})["']/m.exec(
      text(place) ?? '',
    )
    if (found) return usable(found[1] ?? null)
  }
  return null
}

function fromSetupCfg(text: Text): OwnProject | null {
  const ini = readIni(text('setup.cfg') ?? '')
  const name = ini.get('metadata')?.get('name')?.text
  if (!name) return null
  const points = [...(ini.get('options.entry_points') ?? [])].map(
    ([group, value]) => [group, value.text.split('\n').filter(line => line.includes('='))] as const,
  )
  return { name, version: usable(ini.get('metadata')?.get('version')?.text ?? null), entryPoints: new Map(points) }
}

function fromSetupPy(checkout: Checkout, directory: string, text: Text): OwnProject | null {
  const source = text('setup.py')
  if (source === null) return null
  const name = readSetupPy(posix.join(directory, 'setup.py'), checkout)?.name ?? null
  if (name === null) return null
  const version = /\bversion\s*=\s*["']([^"'\n]{1,100})["']/.exec(source)?.[1] ?? null
  return { name, version: usable(version), entryPoints: new Map() }
}

function usable(version: string | null): string | null {
  return version !== null && parseVersion(version) !== null ? version.trim() : null
}
