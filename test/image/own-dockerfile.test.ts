import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import { directoryTar } from '../../src/oci/index.ts'
import { apt } from '../support/apt.ts'
import { startDockerd, type Dockerd } from '../support/dockerd.ts'
import { startPodman } from '../support/podman.ts'
import { makePythonLayer } from '../support/python-layer.ts'
import { commit } from '../support/repository.ts'

/** A repository whose config leaves the image to its own Dockerfile, built by each of the three that can. */
const wherry = join(resolve(import.meta.dirname, '../..'), 'bin/wherry')
const dockerfile = `FROM scratch
ADD system.tar /
WORKDIR /srv
COPY . .
ENV GREETING=hello
EXPOSE 8000
USER 65534
CMD ["python3", "-B", "say.py"]
`
let root: string
let repository: string
let engine: Dockerd

beforeAll(async () => {
  await apt('skopeo', 'buildah')
  root = mkdtempSync(join(tmpdir(), 'wherry-own-'))
  repository = join(root, 'Says Hello')
  mkdirSync(repository)
  await makePythonLayer(join(root, 'system'))
  await writeFile(join(repository, 'system.tar'), directoryTar(join(root, 'system'), { owner: 0 }))
  const files = {
    Dockerfile: dockerfile,
    '.dockerignore': 'notes.md\n',
    'wherry.toml': '[image]\ndockerfile = "Dockerfile"\n',
    'say.py': 'import os\nprint(os.environ["GREETING"], os.getuid(), sorted(os.listdir(".")))\n',
    'notes.md': '',
    '.env': 'TOKEN=secret\n',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(repository, name), text)
  commit(repository, new Date().toISOString())
  engine = await startDockerd()
})
afterAll(async () => {
  await engine?.stop()
  rmSync(root, { recursive: true, force: true })
})

async function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  const nowhere = `unix://${join(root, 'none.sock')}`
  // buildah's own store, without what this machine may not do.
  const own = { BUILDAH_ISOLATION: 'chroot', STORAGE_DRIVER: 'vfs', XDG_DATA_HOME: join(root, 'data') }
  const base = { PATH: process.env['PATH'] ?? '', HOME: root, WHERRY_CACHE: join(root, 'cache') }
  const hosts = { DOCKER_HOST: nowhere, CONTAINER_HOST: nowhere, CONTAINERS_STORAGE_CONF: join(root, 'storage.conf') }
  writeFileSync(
    join(root, 'storage.conf'),
    `[storage]\ndriver = "vfs"\nrunroot = "${root}/run"\ngraphroot = "${root}/graph"\n`,
  )
  const { code, stdout, stderr } = await exec([wherry, ...args, '--json', repository], {
    env: { ...base, ...own, ...hosts, ...env },
    timeout: 300_000,
  })
  return { code, stderr, said: JSON.parse(stdout) as Record<string, unknown> }
}

async function check(builder: string, env: Readonly<Record<string, string>>): Promise<void> {
  const file = join(root, `${builder}.tar`)
  const { code, said, stderr } = await run(['image', '--out', file], env)
  expect(code, stderr + JSON.stringify(said)).toBe(0)
  const inspected = await exec(['skopeo', 'inspect', '--config', `oci-archive:${file}`])
  expect(JSON.parse(inspected.stdout)).toMatchObject({
    config: { User: '65534', WorkingDir: '/srv', Cmd: ['python3', '-B', 'say.py'], ExposedPorts: { '8000/tcp': {} } },
  })
  const loaded = await engine.docker(['load', '--input', file])
  const name = /^Loaded image: (.+)$/m.exec(loaded.stdout)?.[1] ?? ''
  const ran = await engine.docker(['run', '--rm', '--network=none', name])
  expect(ran).toMatchObject({
    code: 0,
    stdout: "hello 65534 ['.dockerignore', 'Dockerfile', 'say.py', 'system.tar', 'wherry.toml']\n",
  })
}

test('docker builds it', () => check('docker', { DOCKER_HOST: engine.host }))

test('podman builds it', async () => {
  const daemon = await startPodman()
  try {
    await check('podman', { WHERRY_ENGINE: 'podman', CONTAINER_HOST: daemon.host })
  } finally {
    await daemon.stop()
  }
})

test('buildah builds it, where no daemon answers', () => check('buildah', {}))

test('what Wherry cannot do with it is said, and so is why it does not build', async () => {
  expect((await run(['up'], {})).said).toMatchObject({ error: { code: 'own-dockerfile' } })
  expect((await run(['image', '--explain'], {})).said).toMatchObject({ error: { code: 'own-dockerfile' } })
  const command = 'import sys; sys.exit("no compiler here")'
  writeFileSync(
    join(repository, 'Dockerfile'),
    `FROM scratch\nADD system.tar /\nRUN ["python3", "-c", ${JSON.stringify(command)}]\n`,
  )
  const { said } = await run(['image'], {})
  expect(said).toMatchObject({ error: { code: 'dockerfile-build-failed' } })
  expect(JSON.stringify(said)).toContain('no compiler here')
})
