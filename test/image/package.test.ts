import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exec } from '../../src/kit/exec.ts'

/** The npm package as a user installs it: compiled, packed, installed elsewhere. What only works in the checkout fails here. */
const root = join(import.meta.dirname, '..', '..')
let place: string

async function must(argv: readonly [string, ...string[]], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await exec(argv, { cwd, timeout: 300_000 })
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr || stdout}`)
  return stdout
}

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'wherry-package-'))
  await must(['npm', 'pack', '--pack-destination', place, '--loglevel=error'], root)
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    name: string
    version: string
  }
  await must(
    [
      'npm',
      'install',
      '--prefix',
      place,
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      join(place, `${name}-${version}.tgz`),
    ],
    place,
  )
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

test('the installed command detects an app, and finds its data files', async () => {
  const wherry = join(place, 'node_modules', '.bin', 'wherry')
  const project = JSON.parse(
    await must([wherry, 'detect', '--json', join(root, 'examples', 'flask-notes')], place),
  ) as object
  expect(project).toMatchObject({ app: { module: 'notes', attribute: 'create_app', factory: true } })
  expect(await must([wherry, '--version'], place)).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('the package holds what runs, and nothing else', async () => {
  const files = (
    await must(
      [
        'tar',
        '-tzf',
        join(place, `wherry-${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}.tgz`),
      ],
      place,
    )
  ).split('\n')
  for (const needed of [
    'dist/cli/main.js',
    'runtime/sandbox.py',
    'runtime/launcher/__main__.py',
    'schema/wherry.schema.json',
    'LICENSE',
  ]) {
    expect(files).toContain(`package/${needed}`)
  }
  expect(files.filter(file => file.endsWith('.asc')).length).toBeGreaterThan(0)
  expect(files.filter(file => /\.pyc$|\.test\.|^package\/(?:src|test|examples)\//.test(file))).toEqual([])
})
