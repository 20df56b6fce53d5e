import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publish } from '../support/bench.ts'
import { dockerfile, pinsOf, sizeOf, startRival, type Rival } from '../support/dockerfile.ts'
import { copyExample, type Example } from '../support/example.ts'

/** How much there is to push, to pull and to keep. Ours holds nginx as well; the other needs it from elsewhere. */
let example: Example
let rival: Rival

beforeAll(async () => {
  example = await copyExample('flask-notes')
  rival = await startRival([await example.lock()])
})
afterAll(async () => {
  await rival.stop()
  await example.remove()
})

test('an image is at most half of a good Dockerfile’s, compressed and unpacked', async () => {
  const archive = join(example.home, 'image.tar')
  const { stdout } = await example.wherry('image', '--json', '--out', archive)
  const { name, size } = JSON.parse(stdout) as { name: string; size: number }
  await rival.docker('load', '--quiet', '--input', archive)
  await writeFile(join(example.directory, 'requirements.txt'), pinsOf(await example.lock()))
  const command = ['gunicorn', '--bind=0.0.0.0:8000', '--workers=2', 'notes:create_app()']
  await writeFile(join(example.directory, 'Dockerfile'), dockerfile([], command))
  await rival.build(example.directory, 'bench/notes')

  const ours = await sizeOf(name, rival.docker)
  const theirs = await sizeOf('bench/notes', rival.docker)
  const megabytes = (of: 'compressed' | 'unpacked') => ({ wherry: ours[of] / 1e6, docker: theirs[of] / 1e6 })
  const compressed = ours.compressed / theirs.compressed
  const unpacked = ours.unpacked / theirs.unpacked
  publish('size of flask-notes', [
    { what: 'compressed', unit: 'MB', figures: megabytes('compressed'), ratio: compressed, bar: '≤ 0.5' },
    { what: 'unpacked', unit: 'MB', figures: megabytes('unpacked'), ratio: unpacked, bar: '≤ 0.5' },
    { what: 'as it is pushed', unit: 'MB', figures: { wherry: size / 1e6 } },
  ])
  expect(compressed).toBeLessThanOrEqual(0.5)
  expect(unpacked).toBeLessThanOrEqual(0.5)
  expect(size).toBeLessThanOrEqual(30e6)
})
