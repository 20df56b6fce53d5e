import { createReadStream } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { openCache } from '../../src/kit/cache.ts'
import { exec, type ExecResult } from '../../src/kit/exec.ts'
import { readTar } from '../../src/kit/tar-read.ts'
import type { Lock } from '../../src/model/lock.ts'
import { makeAuthorize } from '../../src/python/index/credentials.ts'
import { fetchDistributions } from '../../src/python/index/fetch.ts'
import { readIndexSettings } from '../../src/python/index/settings.ts'
import { apt } from './apt.ts'
import { debianWithPython } from './debootstrap.ts'
import { startDockerd, type Dockerd } from './dockerd.ts'
import { benchCache } from './example.ts'

/**
 * What a user would do instead: a good Dockerfile and Docker. Everything is in its favour: BuildKit, the base at hand and
 * unpacked, the very wheels of our lock in a directory (no index is asked), pip with its bytecode, requirements in a layer of
 * their own, no pip and no lists in the image, the host's network (a bridge costs more at each start).
 */
export interface Rival {
  /** Milliseconds of building `tag` from the directory; layers are taken from the cache unless `cold`. */
  build(directory: string, tag: string, options?: { readonly cold?: boolean }): Promise<number>
  /** Runs the docker command; throws where that fails. */
  readonly docker: (...args: readonly string[]) => Promise<ExecResult>
  stop(): Promise<void>
}

/** Starts a Docker engine that has the base and the wheels of the locks. Each of them must be for the same Debian suite. */
export async function startRival(locks: readonly Lock[]): Promise<Rival> {
  await apt('python3-pip')
  const engine = await startDockerd()
  const work = await mkdtemp(join(tmpdir(), 'wherry-rival-'))
  // Debian's own client, which speaks this engine's language, before any other on the path.
  const env = {
    PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
    DOCKER_HOST: engine.host,
    DOCKER_CONFIG: work,
    DOCKER_BUILDKIT: '1',
  }
  const docker: Rival['docker'] = async (...args) => {
    const result = await exec(['docker', ...args], { env, timeout: 300_000 })
    if (result.code === 0) return result
    throw new Error(`docker ${args.join(' ')} ended with ${result.code}:\n${result.stdout}${result.stderr}`)
  }
  const build: Rival['build'] = async (directory, tag, { cold = false } = {}) => {
    const began = performance.now()
    await docker('build', '--quiet', '--network=host', ...(cold ? ['--no-cache'] : []), '--tag', tag, directory)
    return performance.now() - began
  }
  try {
    await prepare(locks, work, docker, build)
  } catch (error) {
    await engine.stop()
    throw error
  }
  return { build, docker, stop: () => stop(engine, docker, work) }
}

/** The lines of a Dockerfile for an app whose packages are pinned in requirements.txt. */
export function dockerfile(steps: readonly string[], command: readonly string[]): string {
  return [
    'FROM bench/python',
    'ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1',
    'RUN useradd --no-create-home app && mkdir /app && chown app /app',
    'WORKDIR /app',
    'COPY requirements.txt .',
    'RUN --mount=type=bind,from=bench/tools,target=/tools python3 -m venv --without-pip /venv \\',
    ' && PYTHONPATH=/tools/pip python3 -m pip --python /venv/bin/python install --no-index --find-links=/tools/wheels -r requirements.txt',
    'COPY --chown=app . .',
    ...steps,
    'USER app',
    `CMD ${JSON.stringify(command)}`,
    '',
  ].join('\n')
}

/** Pins of a lock, as a requirements file. */
export function pinsOf(lock: Lock): string {
  return [...lock.wheels, ...lock.sdists].map(({ name, version }) => `${name}==${version}\n`).join('')
}

/** Bytes of an image's layers as an engine unpacks them, and as a registry keeps them: both images through one compressor. */
export async function sizeOf(tag: string, docker: Rival['docker']): Promise<{ unpacked: number; compressed: number }> {
  const work = await mkdtemp(join(tmpdir(), 'wherry-size-'))
  try {
    const archive = join(work, 'image.tar')
    await docker('save', '--output', archive, tag)
    let compressed = 0
    for await (const member of readTar(createReadStream(archive)))
      if (member.path.endsWith('/layer.tar')) compressed += await gzipped(member.body())
    const { stdout } = await docker('image', 'inspect', '--format', '{{.Size}}', tag)
    return { unpacked: Number(stdout), compressed }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function gzipped(content: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0
  await pipeline(content, createGzip(), async function (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) bytes += chunk.length
  })
  return bytes
}

async function prepare(
  locks: readonly Lock[],
  work: string,
  docker: Rival['docker'],
  build: Rival['build'],
): Promise<void> {
  const [suite = '', ...others] = new Set(locks.map(({ base }) => base.suite))
  if (others.length > 0) throw new Error('the locks are for several suites of Debian')
  await docker('import', await debianWithPython(suite), 'bench/python')
  const tools = join(work, 'tools')
  await mkdir(join(tools, 'wheels'), { recursive: true })
  await copyWheels(locks, join(tools, 'wheels'))
  const pip = ['/usr/bin/python3', '-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', work, 'pip'] as const
  const { code, stderr } = await exec(pip, { timeout: 300_000 })
  if (code !== 0) throw new Error(stderr)
  const wheel = (await readdir(work)).find(name => name.endsWith('.whl'))
  await rename(join(work, wheel ?? ''), join(tools, 'pip.whl'))
  await writeFile(join(tools, 'Dockerfile'), toolsDockerfile)
  await build(tools, 'bench/tools')
}

/** pip as it is in every Python image: installed, with its bytecode. */
const toolsDockerfile = `FROM bench/python AS pip
COPY pip.whl /
RUN python3 -m zipfile -e /pip.whl /pip && python3 -m compileall -q /pip
FROM scratch
COPY --from=pip /pip /pip
COPY wheels /wheels
`

async function copyWheels(locks: readonly Lock[], directory: string): Promise<void> {
  const wheels = locks.flatMap(lock => lock.wheels)
  if (locks.some(lock => lock.sdists.length > 0)) throw new Error('the rival installs wheels only')
  const options = { cache: openCache(benchCache), authorize: makeAuthorize(await readIndexSettings()) }
  const paths = await fetchDistributions(wheels, options)
  await Promise.all(wheels.map(({ file }, n) => copyFile(paths[n] ?? '', join(directory, file))))
}

async function stop(engine: Dockerd, docker: Rival['docker'], work: string): Promise<void> {
  const { stdout } = await docker('ps', '--all', '--quiet')
  const containers = stdout.split('\n').filter(Boolean)
  if (containers.length > 0) await docker('rm', '--force', ...containers)
  // Containers on the host's network leave its namespace mounted there, and what is mounted cannot be removed.
  await exec(['umount', join(dirname(engine.socket), 'exec/netns/default')])
  await engine.stop()
  await rm(work, { recursive: true, force: true })
}
