import { cpSync, existsSync, globSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { sandboxEngine } from '../../src/engines/sandbox/engine.ts'
import { openCache } from '../../src/kit/cache.ts'
import { exec } from '../../src/kit/exec.ts'
import { readIndexSettings } from '../../src/python/index/settings.ts'
import { findUv } from '../../src/python/index/uv.ts'
import { commit, makeRepository, removeRepository } from '../support/repository.ts'
import { makeImageOf, sharedCache, startApp, unfinished, type RunningApp } from '../support/image-place.ts'

/**
 * Every folder of examples/ with an expect.json: what is detected in it, the image that is made of it, what the app in it answers.
 * Adding a folder adds a test.
 */
const expectation = z.strictObject({
  /** Part of the Project. */
  detect: z.record(z.string(), z.unknown()),
  image: z.strictObject({
    /** What a developer does first: `uv lock`. */
    lock: z.tuple([z.literal('uv')], z.string()).optional(),
    /** Runs in the image before the app starts, as a release does. */
    before: z.array(z.string()).optional(),
    answers: z.array(
      z.strictObject({
        method: z.string(),
        path: z.string(),
        body: z.unknown().optional(),
        status: z.number(),
        contains: z.string().optional(),
      }),
    ),
    /** Debian packages found for the wheels. */
    libraries: z.array(z.string()).optional(),
    statics: z.array(z.object({ url: z.string(), directory: z.string() })).optional(),
    /** Files of the image, absolute. */
    files: z.array(z.string()).optional(),
    /** Distributions that are not installed. */
    absent: z.array(z.string()).optional(),
    data: z.array(z.object({ path: z.string(), kind: z.string() })).optional(),
  }),
})

const examples = resolve(import.meta.dirname, '../../examples')
const names = globSync('*/expect.json', { cwd: examples }).map(file => basename(dirname(file)))
const repositories: string[] = []
const running: RunningApp[] = []

afterEach(async () => {
  for (const app of running.splice(0)) await app.stop()
})
afterAll(() => {
  for (const root of repositories) removeRepository(root)
})

async function copy(name: string): Promise<{ directory: string; expected: z.infer<typeof expectation> }> {
  const root = makeRepository({})
  repositories.push(root)
  const directory = join(root, name)
  cpSync(join(examples, name), directory, { recursive: true })
  rmSync(join(directory, 'expect.json'))
  const expected = expectation.parse(JSON.parse(readFileSync(join(examples, name, 'expect.json'), 'utf8')))
  const [, ...args] = expected.image.lock ?? []
  if (args.length > 0) await uv(directory, args)
  commit(directory, new Date().toISOString())
  return { directory, expected }
}

async function uv(directory: string, args: readonly string[]): Promise<void> {
  const { path, env } = await findUv({ cache: openCache(sharedCache), settings: await readIndexSettings() })
  const own = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', UV_PYTHON_DOWNLOADS: 'never' }
  const result = await exec([path, ...args], { cwd: directory, env: { ...own, ...env } })
  expect(result).toMatchObject({ code: 0 })
}

test('there are examples', () => {
  expect(names.length).toBeGreaterThanOrEqual(5)
})

test.each(names)('%s is detected, made and answers', async name => {
  const { directory, expected } = await copy(name)
  const { made, project } = await makeImageOf(directory)
  expect(project).toMatchObject(expected.detect)
  const { answers, before, libraries, statics, files, absent, data } = expected.image
  expect(made.lock.systemLibraries.map(library => library.package)).toEqual(libraries ?? [])
  if (statics) expect(made.statics).toEqual(statics)
  if (data) expect(made.lock.data).toEqual(data)
  for (const file of files ?? [])
    expect(
      made.layers.some(layer => existsSync(join(layer, file))),
      file,
    ).toBe(true)
  for (const other of absent ?? []) expect(made.lock.wheels.map(wheel => wheel.name)).not.toContain(other)
  const app = await startApp(made, {}, before)
  running.push(app)
  for (const { method, path, body, status, contains = '' } of answers) {
    const answer = await app.ask(method, path, body === undefined ? undefined : JSON.stringify(body))
    expect(answer, `${method} ${path}`).toMatchObject({ status, body: expect.stringContaining(contains) })
  }
  expect((await makeImageOf(directory)).made.image.digest).toBe(made.image.digest)
  expect(await unfinished(sharedCache)).toEqual([])
})

test('the libraries that were found are needed: without their layer NumPy is not imported', async () => {
  const { directory } = await copy('numpy-service')
  const { made } = await makeImageOf(directory)
  const engine = await sandboxEngine({ trustedLayers: made.layers.slice(0, 1) })
  const importing = (layers: readonly string[]) =>
    engine.run({
      layers,
      argv: ['/venv/bin/python', '-c', 'import numpy; print(numpy.linalg.det([[2.0]]))'],
      env: {},
      user: { uid: 10001, gid: 10001 },
      cwd: '/',
      root: 'read-only',
      mounts: [],
      tmpfs: [],
      network: 'none',
      hostname: 'test',
      memoryLimit: null,
      pidsLimit: null,
    })
  const at = made.image.layers.findIndex(({ what }) => what.startsWith('libraries:'))
  expect(await importing(made.layers)).toMatchObject({ code: 0, stdout: '2.0\n' })
  const without = await importing(made.layers.filter((_, i) => i !== at))
  expect(without.code).not.toBe(0)
  expect(without.stderr).toContain('libstdc++.so.6')
})
