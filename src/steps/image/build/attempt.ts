import { chmod, mkdir, rename } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { BuildEnvironment, Distribution } from '../../../model/lock.ts'
import { readRegular } from '../../../kit/regular-file.ts'
import { signalOf, withScratch, type Tools } from '../tools.ts'
import { fetchFiles } from '../wheels/fetch.ts'
import { isGit, parseGit } from '../wheels/git.ts'
import { compilerLayers, toolLayer, type Builder } from './builder.ts'

export type BuildOutcome = 'built' | { readonly needs: readonly string[] } | { readonly refused: string }

export interface Attempt {
  readonly environment: BuildEnvironment
  /** The directory to make, with the wheel as its only file. */
  readonly target: string
  /** Requirements that the environment's wheels were resolved from; null where all are known to be there. */
  readonly known: readonly string[] | null
  /** Told of each line the build prints. */
  readonly onLine?: (line: string) => void
}

/**
 * One attempt to build an sdist in this environment: without network, as a user without rights. Gives the requirements that are not
 * among the build tools yet, or the output of a build that failed.
 */
export async function tryBuild(
  sdist: Distribution,
  { target, ...attempt }: Attempt,
  builder: Builder,
  tools: Tools,
): Promise<BuildOutcome> {
  const [path = ''] = await fetchFiles([sdist], builder.checkout, tools)
  return withScratch(tools, async (out): Promise<BuildOutcome> => {
    await chmod(out, 0o777)
    const result = await runBuild({ path, sdist, out, ...attempt }, builder, tools)
    if ('needs' in result || 'refused' in result) return result
    await mkdir(target)
    await rename(join(out, result.wheel), join(target, result.wheel))
    return 'built'
  })
}

const script = fileURLToPath(new URL('../../../../runtime/build.py', import.meta.url))
const answer = z.union([
  z.object({ needs: z.array(z.string().max(1000)).max(100) }),
  z.object({ wheel: z.string().regex(/^[A-Za-z0-9_.!+-]+\.whl$/) }),
])

/** Milliseconds. Pure Python takes seconds; grpcio, the slowest seen, forty minutes on two processors. */
const patience = { pure: 600_000, compiled: 2 * 3_600_000 }

/** The same bytes on every machine: no clock, no locale, no path, and no debugging records, which nobody reads in an image. */
const compileEnvironment = {
  LC_ALL: 'C.UTF-8',
  CFLAGS: '-O2 -g0 -ffile-prefix-map=/build/source=.',
  CXXFLAGS: '-O2 -g0 -ffile-prefix-map=/build/source=.',
  LDFLAGS: '-Wl,-s',
  ZERO_AR_DATE: '1',
}

/** How many compilers run at once changes the time alone. */
function parallel(): Record<string, string> {
  const n = String(availableParallelism())
  return { MAKEFLAGS: `-j${n}`, CMAKE_BUILD_PARALLEL_LEVEL: n, GRPC_PYTHON_BUILD_EXT_COMPILER_JOBS: n }
}

/** The archive of a commit has no history for setuptools_scm, its relatives and pbr to read a version from. */
function versionFor({ url, version }: Distribution): Record<string, string> {
  return isGit(url) ? { SETUPTOOLS_SCM_PRETEND_VERSION: version, PBR_VERSION: version } : {}
}

interface Job extends Omit<Attempt, 'target'> {
  readonly sdist: Distribution
  /** Where it lies on this machine. */
  readonly path: string
  readonly out: string
}

async function runBuild(
  { sdist, path, out, environment, known, onLine }: Job,
  builder: Builder,
  tools: Tools,
): Promise<z.infer<typeof answer> | { readonly refused: string }> {
  const { wheels, packages } = environment
  const compiled = packages !== null
  const subdirectory = isGit(sdist.url) ? parseGit(sdist.url).subdirectory : ''
  const result = await builder.inside.run({
    argv: ['/venv/bin/python', '-I', '-B', '/build.py', `/sdist/${sdist.file}`, '/build', subdirectory],
    input: JSON.stringify({ known }),
    env: { LC_ALL: 'C.UTF-8', ...versionFor(sdist), ...(compiled ? { ...compileEnvironment, ...parallel() } : {}) },
    user: { uid: 10001, gid: 10001 },
    above: [...(await compilerLayers(packages, builder, tools)), await toolLayer(wheels, builder, tools)],
    timeout: compiled ? patience.compiled : patience.pure,
    mounts: [
      { from: script, to: '/build.py', readonly: true },
      { from: path, to: `/sdist/${sdist.file}`, readonly: true },
      { from: out, to: '/build', readonly: false },
    ],
    ...(onLine ? { onLine } : {}),
    ...signalOf(tools),
  })
  // A compiler speaks on one stream, the build backend on the other: both are wanted to tell what is missing.
  const output = `${result.stdout}\n${result.stderr}`.trim()
  if (result.timedOut) return { refused: `${output}\nthe build did not end in time` }
  if (result.code !== 0) return { refused: output }
  const told = answer.safeParse(parse(readRegular(out, 'answer.json', 1024 ** 2)?.toString('utf8') ?? ''))
  if (!told.success) return { refused: `${output}\nthe build left no wheel` }
  const { data } = told
  const lost = 'wheel' in data && readRegular(out, data.wheel, 2 * 1024 ** 3) === null
  return lost ? { refused: `${output}\nthe build left no wheel` } : data
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
