import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findMirrors } from '../../src/debian/index.ts'
import { exec, type ExecResult } from '../../src/kit/exec.ts'
import { debianWithPython } from '../support/debootstrap.ts'
import { startDockerd, type Dockerd } from '../support/dockerd.ts'
import { sharedCache } from '../support/image-place.ts'
import { freePort } from '../support/nginx-edge.ts'
import { commit } from '../support/repository.ts'
import { ownLock } from '../support/own-lock.ts'

/** Away from Wherry: what `--as-dockerfile` writes is built by Docker alone, and serves as the image it stands for does. */
const project = resolve(import.meta.dirname, '../..')
let root: string
let shop: string
let engine: Dockerd

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'wherry-dockerfile-'))
  shop = join(root, 'shop')
  cpSync(join(project, 'examples/django-shop'), shop, { recursive: true })
  rmSync(join(shop, 'expect.json'))
  commit(shop, new Date().toISOString())
  engine = await startDockerd()
  await makeBase()
})
afterAll(async () => {
  await engine?.stop()
  rmSync(root, { recursive: true, force: true })
})

async function docker(...args: readonly string[]): Promise<ExecResult> {
  // Debian's own client, which speaks this engine's language, before any other on the path.
  const env = { PATH: '/usr/bin:/bin', DOCKER_HOST: engine.host, DOCKER_CONFIG: root, DOCKER_BUILDKIT: '1' }
  const result = await exec(['docker', ...args], { env, timeout: 400_000 })
  if (result.code !== 0)
    throw new Error(`docker ${args.join(' ')} ended with ${result.code}: ${result.stderr.slice(-4000)}`)
  return result
}

/** No registry can be reached: Debian's smallest system, with this machine's own sources and authorities. */
async function makeBase(): Promise<void> {
  const folder = join(root, 'base')
  mkdirSync(folder)
  const { archive, security } = await findMirrors('trixie')
  const lines = [`${archive} trixie`, `${archive} trixie-updates`, `${security} trixie-security`]
  writeFileSync(join(folder, 'sources.list'), lines.map(line => `deb ${line} main\n`).join(''))
  cpSync('/etc/ssl/certs/ca-certificates.crt', join(folder, 'ca-certificates.crt'))
  const copies = [
    'COPY sources.list /etc/apt/sources.list',
    'COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt',
  ]
  const env = 'ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt'
  writeFileSync(join(folder, 'Dockerfile'), ['FROM test/debian', ...copies, env, ''].join('\n'))
  await docker('import', await debianWithPython('trixie'), 'test/debian')
  await docker('build', '--quiet', '--tag', 'test/base', folder)
}

test('an equivalent image is built from it, with the locked versions, and the app in it answers behind nginx', async () => {
  const env = { ...process.env, WHERRY_CACHE: sharedCache } as Record<string, string>
  const argv = [join(project, 'bin/wherry'), 'image', '--as-dockerfile', '--json', '--quiet', shop] as const
  const made = await exec([argv[0], ...argv.slice(1)], { env, timeout: 300_000 })
  expect(made.stderr).toBe('')
  const { dockerfile } = JSON.parse(made.stdout) as { dockerfile: string }
  expect(dockerfile).toBe(join(shop, 'wherry-docker/Dockerfile'))
  const again = await exec([argv[0], ...argv.slice(1)], { env, timeout: 300_000 })
  expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'dockerfile-exists' } })

  await docker('build', '--network=host', '--build-arg', 'BASE=test/base', '--file', dockerfile, '--tag', 'shop', shop)
  const [config] = JSON.parse((await docker('image', 'inspect', 'shop')).stdout) as { Config: object }[]
  expect(config?.Config).toMatchObject({ User: '10001:10001', WorkingDir: '/app', Cmd: ['web'] })
  const lock = ownLock(join(shop, 'wherry.lock'))
  const asked =
    'import importlib.metadata as m; print(sorted(f"{d.name}=={d.version}".lower() for d in m.distributions()))'
  const { stdout } = await docker('run', '--rm', '--network=none', 'shop', 'run', 'python', '-c', asked)
  expect(stdout.trim()).toBe(
    `[${lock.wheels
      .map(({ name, version }) => `'${name}==${version}'`)
      .sort()
      .join(', ')}]`,
  )

  const port = await freePort()
  const settings = ['--env', `PORT=${port}`, '--env', 'WHERRY_HOST=127.0.0.1', '--env', 'SECRET_KEY=x'.repeat(20)]
  const limits = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--volume', '/data']
  const started = await docker('run', '--detach', '--network=host', ...limits, ...settings, 'shop')
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).catch(() => null)
  for (let tries = 0; tries < 200 && !(await ask('/')); tries += 1) await sleep(100)
  await docker('exec', started.stdout.trim(), '/venv/bin/python', '-I', '-S', '/wherry/launcher', 'release')
  expect((await ask('/'))?.status).toBe(200)
  const style = await ask('/static/admin/css/base.css')
  expect([style?.status, style?.headers.get('server')]).toEqual([200, expect.stringContaining('nginx')])
  await docker('rm', '--force', started.stdout.trim())
})
