import { copyFile, mkdir, symlink } from 'node:fs/promises'
import { lstatSync, readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildFailed } from '../../../engines/errors.ts'
import { exec } from '../../../kit/exec.ts'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { withScratch, type Tools } from '../tools.ts'

export interface BuildahRequest {
  readonly checkout: Checkout
  readonly files: readonly string[]
  readonly dockerfile: string
  readonly name: string
  readonly onLine: (line: string) => void
}

export async function hasBuildah(): Promise<boolean> {
  const answer = await exec(['buildah', '--version'], { timeout: 20_000 }).catch(() => null)
  return answer?.code === 0
}

/** Builds a Dockerfile by the program buildah, which needs no daemon, from a copy of the context. `save` gets the image. */
export async function buildWithBuildah(request: BuildahRequest, save: string, tools: Tools): Promise<void> {
  const { checkout, files, dockerfile, name, onLine } = request
  await withScratch(tools, async scratch => {
    const context = join(scratch, 'context')
    for (const file of files) await place(join(checkout.root, file), join(context, file))
    const options = ['--format', 'docker', '--file', join(context, dockerfile), '--tag', name] as const
    await run(['buildah', 'build', ...options, context], dockerfile, tools, onLine)
    await run(['buildah', 'push', name, `docker-archive:${save}:${name}`], dockerfile, tools, onLine)
  })
}

async function place(from: string, to: string): Promise<void> {
  const status = lstatSync(from, { throwIfNoEntry: false })
  await mkdir(dirname(to), { recursive: true })
  if (status?.isSymbolicLink()) await symlink(readlinkSync(from), to)
  else if (status?.isFile()) await copyFile(from, to)
}

async function run(
  argv: readonly [string, ...string[]],
  dockerfile: string,
  { signal }: Tools,
  onLine: (line: string) => void,
): Promise<void> {
  const { code, stdout, stderr } = await exec(argv, { onLine, ...(signal ? { signal } : {}) })
  if (code === 0) return
  const lines = (stderr.trim() || stdout.trim()).split('\n')
  throw buildFailed({
    what: `${dockerfile} does not build.`,
    why: lines.at(-1) ?? '',
    next: 'Mend it; `buildah build` shows the same.',
    evidence: [{ file: dockerfile, line: null, text: 'built by buildah' }, ...lines.slice(-20).map(text => ({ text }))],
  })
}
