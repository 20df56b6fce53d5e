import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Container } from '../../src/engines/engine.ts'
import { sandboxEngine } from '../../src/engines/sandbox/engine.ts'
import { interleave, medians, publish } from '../support/bench.ts'
import { startDockerd, type Dockerd } from '../support/dockerd.ts'
import { benchCache, copyExample, type Example } from '../support/example.ts'

/** What it costs to run a program in an image at all: the same image, the same program, without networks. */
const program = ['/usr/bin/python3.13', '-I', '-S', '-c', 'pass'] as const

let example: Example
let engine: Dockerd

beforeAll(async () => {
  example = await copyExample('flask-notes')
  engine = await startDockerd()
})
afterAll(async () => {
  await engine.stop()
  await example.remove()
})

test('a sandbox starts in a fifth of the time of `docker run`', async () => {
  const archive = join(example.home, 'image.tar')
  const { name } = JSON.parse((await example.wherry('image', '--json', '--out', archive)).stdout) as { name: string }
  await mustSucceed(engine.docker(['load', '--quiet', '--input', archive]))
  const { layers } = await example.made()
  const sandbox = await sandboxEngine({ trustedLayers: layers.slice(0, 1), cache: benchCache })
  const docker = () =>
    mustSucceed(
      engine.docker(['run', '--rm', '--network=none', `--entrypoint=${program[0]}`, name, ...program.slice(1)]),
    )
  const ours = () => mustSucceed(sandbox.run({ ...container, layers }))
  await ours()
  await docker()
  const took = medians(await interleave(15, { wherry: ours, docker }))
  const ratio = took.wherry / took.docker
  publish('start of a container', [
    { what: 'Python that does nothing', unit: 'ms', figures: took, ratio, bar: '≤ 0.2' },
  ])
  expect(ratio).toBeLessThanOrEqual(0.2)
})

const container: Omit<Container, 'layers'> = {
  argv: [...program],
  env: { PATH: '/usr/bin' },
  user: { uid: 10001, gid: 10001 },
  cwd: '/',
  root: 'read-only',
  mounts: [],
  tmpfs: [],
  network: 'none',
  hostname: 'bench',
  memoryLimit: null,
  pidsLimit: null,
}

async function mustSucceed(run: Promise<{ readonly code: number | null; readonly stderr: string }>): Promise<void> {
  const { code, stderr } = await run
  expect(code, stderr).toBe(0)
}
