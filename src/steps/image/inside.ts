import { readdirSync } from 'node:fs'
import { chooseEngine } from '../../engines/choose.ts'
import type { Container, RunResult } from '../../engines/engine.ts'
import type { Layer } from '../../model/image.ts'
import { unpackLayers } from '../../oci/index.ts'
import { ownGround, pathOn, type Ground } from './ground.ts'
import type { Tools } from './tools.ts'

/** Running something in the image while it is made: the resolver, a build, the compiler, collectstatic. */
export interface Inside {
  /** Directories of the unpacked layers, lowest first. */
  readonly layers: readonly string[]
  /** Whether a mount is the directory itself: a cache that is only ever added to is no use as a copy. */
  readonly sharesFiles: boolean
  run(job: Job): Promise<RunResult>
}

export interface Job extends Partial<Pick<Container, 'env' | 'cwd' | 'root' | 'mounts' | 'network' | 'user'>> {
  readonly argv: readonly [string, ...string[]]
  /** Directories that lie on the layers for this job only, lowest first. */
  readonly above?: readonly string[]
  readonly input?: string | Promise<string>
  /** Milliseconds; ten minutes without it. */
  readonly timeout?: number
  readonly onLine?: (line: string) => void
  /** Ends the job, beside the step's own signal. */
  readonly signal?: AbortSignal
}

/** What a process of the base finds in its environment, whoever runs it: nothing of the machine's own. */
const plainEnvironment = {
  HOME: '/tmp',
  LANG: 'C.UTF-8',
  PYTHONHASHSEED: '0',
  SOURCE_DATE_EPOCH: '315532800',
}

/** Directories of the unpacked layers, lowest first; those of a foreign image are one. */
export async function unpackStacks(
  layers: readonly Layer[],
  { cache }: Pick<Tools, 'cache'>,
  { foreign }: Ground = ownGround,
): Promise<string[]> {
  const stacks = [layers.slice(0, foreign), ...layers.slice(foreign).map(layer => [layer])]
  return Promise.all(stacks.filter(stack => stack.length > 0).map(stack => unpackLayers(stack, { cache })))
}

/** Opens layers to run jobs in. Code of the repository and of packages runs only here: without network unless a job asks for it. */
export async function openInside(layers: readonly Layer[], tools: Tools, ground: Ground = ownGround): Promise<Inside> {
  const { foreign } = ground
  const directories = await unpackStacks(layers, tools, ground)
  const engine = await chooseEngine({
    cache: tools.cache,
    // The Python of a signed base may set sandboxes up where this machine has none; a foreign image runs in one or not at all.
    trustedLayers: foreign > 0 ? [] : directories.slice(0, 1),
    onInstead: text => tools.report({ step: 'image', level: 'info', text }),
  })
  return {
    layers: directories,
    sharesFiles: engine.sharesFiles,
    run: async job => {
      const all = [...directories, ...(job.above ?? [])]
      return engine.run(
        {
          layers: all.filter(directory => readdirSync(directory).length > 0),
          argv: job.argv,
          env: { ...ground.env, ...plainEnvironment, PATH: pathOn(ground), ...job.env },
          user: job.user ?? { uid: 0, gid: 0 },
          cwd: job.cwd ?? '/',
          root: job.root ?? 'discarded',
          mounts: job.mounts ?? [],
          tmpfs: [],
          network: job.network ?? 'none',
          hostname: 'wherry',
          memoryLimit: null,
          pidsLimit: 4096,
        },
        {
          timeout: job.timeout ?? 600_000,
          ...(job.input === undefined ? {} : { input: job.input }),
          ...(job.onLine ? { onLine: job.onLine } : {}),
          ...signals(job.signal, tools.signal),
        },
      )
    },
  }
}

function signals(...given: (AbortSignal | undefined)[]): { signal?: AbortSignal } {
  const present = given.filter(signal => signal !== undefined)
  return present.length === 0 ? {} : { signal: AbortSignal.any(present) }
}
