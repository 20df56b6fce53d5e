import { ownArchitecture, type Architecture } from '../../../kit/architecture.ts'
import { realpathSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exec } from '../../../kit/exec.ts'
import { findUv, type FindUvOptions, type Uv } from '../../../python/index/uv.ts'
import type { Inside } from '../inside.ts'
import type { Tools } from '../tools.ts'
import { gatePort } from './gate/address.ts'
import type { Gate } from './gate/gate.ts'

/**
 * uv as a program that reaches the gate alone. In the base it is run by the base's own Python, without network; where the engine is another
 * machine, to which no socket of this one leads, uv runs here and is told what the base is. It builds nothing in either place.
 */
export interface UvProgram {
  readonly uv: Uv
  /** It reaches the gate as a proxy. */
  readonly byProxy: boolean
  run(job: UvJob): Promise<{ readonly code: number | null; readonly stderr: string; readonly timedOut: boolean }>
}

export interface UvJob {
  readonly arguments: readonly string[]
  /** The directory with its input, where its output goes. */
  readonly work: string
  readonly gate: Gate
  readonly signal: AbortSignal
}

export interface Target {
  /** Major and minor. */
  readonly python: string
  /** The base's, absolute in it. */
  readonly interpreter: string
  readonly architecture: Architecture
  /** Version of the base's C library, which decides what wheels fit: `2.41`. */
  readonly glibc: string
}

/** Milliseconds; builds may stand behind uv's questions. */
const patience = 4 * 3_600_000

const environment = {
  UV_PYTHON_DOWNLOADS: 'never',
  UV_NO_CONFIG: '1',
  // Seconds between two bytes: the metadata of a source distribution may be a build away.
  UV_HTTP_TIMEOUT: String(patience / 1000),
}

type Finding = Omit<FindUvOptions, 'inside' | 'env'>

export async function openUv(inside: Inside, target: Target, finding: Finding, tools: Tools): Promise<UvProgram> {
  const isHere = inside.sharesFiles && process.platform === 'linux'
  return isHere ? uvInside(inside, target, finding, tools) : uvBeside(target, finding, tools)
}

const loopback = fileURLToPath(new URL('../../../../runtime/loopback.py', import.meta.url))

async function uvInside(inside: Inside, target: Target, finding: Finding, tools: Tools): Promise<UvProgram> {
  const uv = await findWorkingUv(inside, finding)
  const { interpreter } = target
  const through = ['/gate/socket', String(gatePort)]
  const cache = join(tools.cache.root, 'uv-cache')
  await mkdir(cache, { recursive: true })
  return {
    uv,
    byProxy: false,
    run: ({ arguments: words, work, gate, signal }) =>
      inside.run({
        argv: [
          interpreter,
          '-I',
          '/loopback.py',
          ...through,
          '/uv',
          ...words,
          '--python',
          interpreter,
          ...platformOf(target),
        ],
        env: { ...environment, UV_CACHE_DIR: '/uv-cache' },
        mounts: [
          uvMount(uv),
          { from: cache, to: '/uv-cache', readonly: false },
          { from: loopback, to: '/loopback.py', readonly: true },
          { from: gate.directory, to: '/gate', readonly: false },
          { from: work, to: '/work', readonly: false },
        ],
        cwd: '/work',
        timeout: patience,
        signal,
      }),
  }
}

/** The user's own uv may be linked against a newer C library than the base's: then it is brought from the index like a missing one. */
async function findWorkingUv(inside: Inside, finding: Finding): Promise<Uv> {
  const uv = await findUv(finding)
  const result = await inside.run({ argv: ['/uv', '--version'], mounts: [uvMount(uv)] }).catch(() => null)
  return result?.code === 0 ? uv : findUv({ ...finding, env: { ...process.env, PATH: '' } })
}

/** Installers leave links to the program. */
function uvMount({ path }: Uv) {
  return { from: realpathSync(path), to: '/uv', readonly: true }
}

async function uvBeside(target: Target, finding: Finding, tools: Tools): Promise<UvProgram> {
  const uv = await findUv(finding)
  const told = ['--python-version', target.python, '--python-platform', uvPlatform(target)]
  return {
    uv,
    byProxy: true,
    run: ({ arguments: words, work, gate, signal }) => {
      // The gate's addresses name a port that may be another program's here: uv asks its proxy for them, which is the gate.
      const proxy = { ALL_PROXY: gate.proxy ?? '', NO_PROXY: '', UV_CACHE_DIR: join(tools.cache.root, 'uv-cache') }
      const own = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }
      return exec([uv.path, ...words, ...told], {
        env: { ...own, ...environment, ...proxy },
        cwd: work,
        timeout: patience,
        signal,
      })
    },
  }
}

/** The interpreter tells uv its own platform; another one has to be said. */
function platformOf(target: Target): string[] {
  return target.architecture === ownArchitecture ? [] : ['--python-platform', uvPlatform(target)]
}

/** The newest C library that uv has a platform for; those between 2.28 and 2.31 it counts as 2.28 (`uv pip compile --help`). */
const newestGlibc = 40

/** As uv names them: too old a C library loses wheels. */
function uvPlatform({ architecture, glibc }: Target): string {
  const minor = Math.min(Number(glibc.split('.')[1]), newestGlibc)
  return `${architecture === 'arm64' ? 'aarch64' : 'x86_64'}-manylinux_2_${minor < 31 ? 28 : minor}`
}
