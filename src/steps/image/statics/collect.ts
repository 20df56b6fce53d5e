import { join } from 'node:path'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Plan } from '../../../model/plan.ts'
import { tellNothing } from '../../../services/tell.ts'
import { readRegular } from '../../../kit/regular-file.ts'
import { findWritten } from '../directory.ts'
import type { Inside } from '../inside.ts'
import { workingDirectory } from '../launch.ts'
import { withScratch, type Tools } from '../tools.ts'
import { explainCollect } from './explain.ts'

/** What one run of collectstatic left and what it looked at. */
export interface Collected {
  /** URL prefix with both slashes; null when another host serves the files. */
  readonly url: string | null
  /** STATIC_ROOT, absolute in the image. */
  readonly root: string
  /** Files that were opened, absolute in the image. */
  readonly reads: readonly string[]
  /** False when another program was started, whose files nobody knows. */
  readonly traced: boolean
}

/** The program that collects, on this machine. */
export const collectScript = fileURLToPath(new URL('../../../../runtime/collectstatic.py', import.meta.url))
const answer: z.ZodType<Collected> = z.object({
  url: z.string().nullable(),
  root: z.string().startsWith('/').max(4000),
  reads: z.array(z.string()),
  traced: z.boolean(),
})

/**
 * Runs collectstatic in the image with values that are thrown away. `take` gets the directory that holds what was collected, null when
 * nothing was; it is gone afterwards. Throws `collectstatic-failed`.
 */
export async function collect(
  plan: Plan,
  inside: Inside,
  tools: Tools,
  take: (directory: string | null) => Promise<void>,
): Promise<Collected> {
  return withScratch(tools, async scratch => {
    const [upper, out] = [join(scratch, 'upper'), join(scratch, 'out')]
    await Promise.all([mkdir(upper), mkdir(out)])
    await run(plan, inside, { upper, out })
    const told = answer.safeParse(parse(readRegular(out, 'answer.json', 64 * 1024 ** 2)))
    if (!told.success) throw explainCollect('collectstatic ended without saying where the files are')
    const { url, root } = told.data
    await take(findWritten(upper, root))
    return { ...told.data, url: url === null || url.endsWith('/') ? url : `${url}/` }
  })
}

async function run(
  plan: Plan,
  inside: Inside,
  { upper, out }: { readonly upper: string; readonly out: string },
): Promise<void> {
  const result = await inside.run({
    ...collectCommand(plan, '/collect.py', '/collected/answer.json'),
    cwd: workingDirectory(plan),
    root: { upper },
    mounts: [
      { from: collectScript, to: '/collect.py', readonly: true },
      { from: out, to: '/collected', readonly: false },
    ],
  })
  if (result.timedOut) throw explainCollect(`${result.stderr}\ncollectstatic did not end in ten minutes`)
  if (result.code !== 0) throw explainCollect(result.stderr.trim() || result.stdout)
}

/** How collectstatic is started, wherever its program and its answer lie. */
export function collectCommand(plan: Plan, script: string, answer: string) {
  const { settings } = plan.image.serve
  if (settings === null) throw new Error('statics are collected for Django only')
  const argv = [
    '/venv/bin/python',
    '-B',
    script,
    settings,
    join(workingDirectory(plan), 'staticfiles'),
    answer,
  ] as const
  return { argv, env: { ...throwAwayEnvironment(plan), PYTHONPATH: pythonPath(plan) } }
}

function parse(bytes: Buffer | null): unknown {
  try {
    return JSON.parse(bytes?.toString('utf8') ?? '')
  } catch {
    return null
  }
}

/** What code of the app may need to be imported at all while the image is made; none of it is a secret of anybody. */
export function throwAwayEnvironment(plan: Plan): Record<string, string> {
  const made = plan.secrets.map(({ name }) => [name, 'made-while-the-image-is-made-and-thrown-away-0123456789'])
  return { ...tellNothing(plan.services), ...Object.fromEntries(made), ...plan.env, ...plan.image.buildEnv }
}

function pythonPath(plan: Plan): string {
  const directory = workingDirectory(plan)
  const { path } = plan.image.serve
  return path === '' ? directory : `${directory}/${path}:${directory}`
}
