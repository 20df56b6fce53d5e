import { parse, TomlError } from 'smol-toml'
import type { $ZodIssue } from 'zod/v4/core'
import type { Checkout } from '../kit/checkout/index.ts'
import { nearest } from '../kit/text.ts'
import { invalidConfig } from './errors.ts'
import { checkRequires } from './requires.ts'
import { chooseApp, type ChosenApp } from './apps.ts'
import type { ConfigFile } from './schema.ts'

export interface LoadedConfig extends ChosenApp {
  /** Every name under `[apps]`. */
  readonly apps: readonly string[]
  /** The file it came from; null when the repository has none. */
  readonly file: string | null
}

/**
 * Reads wherry.toml, else [tool.wherry], for one app where there are several. Throws `wrong-version`, `invalid-config` with the path of the
 * key and the nearest one that exists, and as `chooseApp`.
 */
export async function loadConfig(checkout: Checkout, app: string | null = null): Promise<LoadedConfig> {
  const { config, file } = await loadFile(checkout)
  return { ...chooseApp(config, app), apps: Object.keys(config.apps ?? {}), file }
}

/** The names under `[apps]`; none for a repository that is one app. Throws as `loadConfig`. */
export async function listApps(checkout: Checkout): Promise<readonly string[]> {
  return Object.keys((await loadFile(checkout)).config.apps ?? {})
}

interface LoadedFile {
  readonly config: ConfigFile
  readonly file: string | null
}

async function loadFile(checkout: Checkout): Promise<LoadedFile> {
  const own = checkout.text('wherry.toml')
  if (own !== null) return checked(toml(own, 'wherry.toml'), 'wherry.toml')
  const pyproject = checkout.text('pyproject.toml')
  // Whether pyproject.toml is valid is for `detect` to say; without our table it is not ours to judge.
  if (pyproject === null || !/^\s*\[\s*tool\s*\.\s*wherry\b/m.test(pyproject)) return { config: {}, file: null }
  const tool = toml(pyproject, 'pyproject.toml')['tool'] as { wherry?: unknown } | undefined
  return checked(tool?.wherry ?? {}, 'pyproject.toml')
}

async function checked(value: unknown, file: string): Promise<LoadedFile> {
  const { requires } = value as { requires?: unknown }
  // Before anything else: keys of another version are no mistake.
  if (typeof requires === 'string') await checkRequires(requires, file)
  return { config: await validate(value, file), file }
}

function toml(text: string, file: string): Record<string, unknown> {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    throw invalidConfig({
      what: `${file} is not valid TOML.`,
      why: error.message.split('\n')[0] ?? error.message,
      next: `Mend line ${error.line} of ${file}.`,
      evidence: [{ file, line: error.line, text: text.split('\n')[error.line - 1]?.trim().slice(0, 120) ?? '' }],
    })
  }
}

async function validate(value: unknown, file: string): Promise<ConfigFile> {
  const { configSchema } = await import('./schema.ts')
  const result = configSchema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  if (!issue) throw new Error('zod refused the config without an issue')
  throw refuse(issue, file, keysAt(configSchema as unknown as Shape, issue.path))
}

function refuse(issue: $ZodIssue, file: string, known: readonly string[]): Error {
  const prefix = file === 'pyproject.toml' ? 'tool.wherry.' : ''
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const near = nearest(key, known)
    return invalidConfig({
      what: `${file} has a key that does not exist: ${prefix}${[...issue.path, key].join('.')}`,
      next: near ? `Did you mean \`${near}\`? Otherwise remove it.` : `Known keys here: ${known.join(', ')}.`,
      evidence: [{ file, text: key }],
    })
  }
  const path = prefix + issue.path.join('.')
  return invalidConfig({
    what: `${file}: ${path} is not as it should be.`,
    why: issue.message,
    next: `Mend ${path}; docs/config.md shows each key with an example.`,
    evidence: [{ file, text: path }],
  })
}

interface Shape {
  readonly shape?: Readonly<Record<PropertyKey, Shape | undefined>>
  /** Of a record every key holds the same. */
  readonly valueType?: Shape
  readonly unwrap?: () => Shape
}

/** The keys that exist where the issue is, for the suggestion. */
function keysAt(schema: Shape, path: readonly PropertyKey[]): string[] {
  let here: Shape = schema
  for (const part of path) {
    here = here.shape?.[part] ?? here.valueType ?? {}
    while (here.unwrap) here = here.unwrap()
  }
  return Object.keys(here.shape ?? {})
}
