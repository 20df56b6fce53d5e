import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Plan } from '../../model/plan.ts'
import type { Tree } from '../../model/tree.ts'
import { readDirectory } from './directory.ts'
import { collectFailed } from './errors.ts'
import type { Inside } from './inside.ts'
import { workingDirectory } from './launch.ts'
import type { Tools } from './tools.ts'

/** A URL prefix and the directory of the image, absolute, that holds its files. */
export interface ServedStatic {
  readonly url: string
  readonly directory: string
}

export interface Collected {
  readonly tree: Tree
  readonly served: readonly ServedStatic[]
}

const script = fileURLToPath(new URL('../../../runtime/collectstatic.py', import.meta.url))
const answer = z.object({ url: z.string().nullable(), root: z.string() })

/** Runs collectstatic in the image with values that are thrown away, once for all that `key` stands for. Throws `collectstatic-failed`. */
export async function collectStatics(plan: Plan, inside: Inside, key: string, tools: Tools): Promise<Collected> {
  const entry = await tools.cache.entry('statics-1', key, async made => {
    mkdirSync(made)
    writeFileSync(join(made, 'answer.json'), await collect(plan, inside, join(made, 'upper')))
  })
  const { url, root } = answer.parse(JSON.parse(readFileSync(join(entry, 'answer.json'), 'utf8')))
  const tree = readDirectory(join(entry, 'upper', root), root.slice(1))
  return { tree, served: url === null ? [] : [{ url: url.endsWith('/') ? url : `${url}/`, directory: root }] }
}

/** The last line of the script: where the files are. */
async function collect(plan: Plan, inside: Inside, upper: string): Promise<string> {
  const directory = workingDirectory(plan)
  const settings = plan.image.serve.settings
  if (settings === null) throw new Error('statics are collected for Django only')
  mkdirSync(upper)
  const result = await inside.run({
    argv: ['/venv/bin/python', '-B', '/wherry-collect.py', settings, join(directory, 'staticfiles')],
    env: { ...throwAwayEnvironment(plan), PYTHONPATH: pythonPath(plan) },
    cwd: directory,
    root: { upper },
    mounts: [{ from: script, to: '/wherry-collect.py', readonly: true }],
  })
  if (result.code !== 0) throw explain(result.stderr, result.stdout)
  return result.stdout.trim().split('\n').at(-1) ?? ''
}

/** What code of the app may need to be imported at all while the image is made; none of it is a secret of anybody. */
export function throwAwayEnvironment(plan: Plan): Record<string, string> {
  const made = plan.secrets.map(({ name }) => [name, 'made-while-the-image-is-made-and-thrown-away-0123456789'])
  return { ...Object.fromEntries(made), ...plan.env }
}

export function pythonPath(plan: Plan): string {
  const directory = workingDirectory(plan)
  const { path } = plan.image.serve
  return path === '' ? directory : `${directory}/${path}:${directory}`
}

function explain(stderr: string, stdout: string): Error {
  const lines = (stderr.trim() || stdout.trim()).split('\n')
  const missing =
    /KeyError: '([A-Z][A-Z0-9_]+)'|Set the (\w+) environment variable|(\w+) not found\. Declare it as envvar/.exec(
      stderr,
    )
  const variable = missing?.[1] ?? missing?.[2] ?? missing?.[3]
  return collectFailed({
    what: 'Django’s static files cannot be collected.',
    why: lines.at(-1) ?? '',
    next: variable
      ? `Give ${variable} a value for the build under [env] in wherry.toml, or a default in the settings.`
      : 'Mend what the traceback names; `wherry run python manage.py collectstatic` tries it again.',
    evidence: lines.slice(-12).map(text => ({ text })),
  })
}
