import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

/**
 * The one guard of the import rule (docs/decisions/001): each room of src/ may import from the rooms before it, and from itself.
 * `detect` and the other verbs are rooms of their own: they hand values to each other through src/ship.ts only.
 */
const order: readonly (readonly string[])[] = [
  ['kit'],
  ['model'],
  ['debian', 'nginx', 'node', 'oci', 'python'],
  ['engines'],
  ['services'],
  ['config'],
  ['plan', 'hooks', 'secrets'],
  ['steps/detect', 'steps/image', 'steps/prove', 'steps/publish', 'steps/release', 'steps/verify'],
  ['targets', 'ci'],
  ['ship'],
  ['index'],
  ['cli'],
]
const src = join(import.meta.dirname, '..', 'src')
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))

function roomOf(file: string): string {
  const [first = '', second = ''] = file.split('/')
  return first === 'steps' ? `steps/${second}` : first.replace(/(?:-errors|\.test)?\.ts$/, '')
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']*)'/g)].map(match =>
    relative(src, join(src, dirname(file), match[1] ?? '')),
  )
}

test('every file has a room, and every import goes to an earlier room', () => {
  const wrong: string[] = []
  for (const file of sources) {
    const room = roomOf(file)
    const level = order.findIndex(rooms => rooms.includes(room))
    if (level < 0) wrong.push(`${file} lies in no known room`)
    for (const imported of importsOf(file)) {
      if (imported.startsWith('..')) continue // package.json and the like, above src/
      const target = roomOf(imported)
      if (target !== room && order.findIndex(rooms => rooms.includes(target)) >= level)
        wrong.push(`${file} imports ${imported}`)
    }
  }
  expect(wrong).toEqual([])
})

test('no command waits for what only some of them need: an import of Node’s HTTP or TLS loads all that it exports', () => {
  const values = /^import (?!type )[^']* from 'node:(?:https?|http2|tls)'/m
  const heavy = [...reachable('cli/main.ts'), ...reachable('cli/commands/up.ts')].filter(file =>
    values.test(readFileSync(join(src, file), 'utf8')),
  )
  expect(heavy).toEqual([])
})

test('a release of what was made before loads nothing that makes a base', () => {
  expect([...reachable('cli/commands/up.ts')].filter(file => file === 'debian/index.ts')).toEqual([])
})

/** What a file loads with itself, by imports that are not lazy. */
function reachable(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file) || file.startsWith('..')) return found
  found.add(file)
  const text = readFileSync(join(src, file), 'utf8')
  for (const [, from = ''] of text.matchAll(/^(?:import|export) (?!type )[^']*? from '(\.[^']*)'/gm))
    reachable(relative(src, join(src, dirname(file), from)), found)
  return found
}

test('programs are started in one place only', () => {
  const elsewhere = sources.filter(
    file =>
      !file.endsWith('.test.ts') &&
      file !== 'kit/exec.ts' &&
      /node:child_process/.test(readFileSync(join(src, file), 'utf8')),
  )
  expect(elsewhere).toEqual([])
})

test('no source file is longer than 300 lines', () => {
  const long = sources.filter(
    file => !file.endsWith('.test.ts') && readFileSync(join(src, file), 'utf8').split('\n').length > 301,
  )
  expect(long).toEqual([])
})

test('the budget of runtime dependencies holds', () => {
  const manifest = JSON.parse(readFileSync(join(src, '..', 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(12)
})

test('no host of a package registry is written into the project', () => {
  const root = join(src, '..')
  const hosts = new RegExp(
    [
      ['registry', 'npmjs', 'org'],
      ['pypi', 'org'],
      ['files', 'pythonhosted', 'org'],
      ['deb', 'debian', 'org'],
      ['proxy', 'golang', 'org'],
      ['static', 'crates', 'io'],
    ]
      .map(parts => parts.join('\\.'))
      .join('|'),
  )
  // Not what is ignored: an example that was tried has a lock of its own, with addresses.
  const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const kept = execFileSync('git', listing, { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
  expect(kept).toContain('package-lock.json')
  const named = kept.filter(
    file => existsSync(join(root, file)) && hosts.test(readFileSync(join(root, file), 'latin1')),
  )
  expect(named).toEqual([])
})
