import { parse, TomlError } from 'smol-toml'
import type { Checkout } from '../kit/checkout/index.ts'
import { invalidConfig } from './errors.ts'
import { checkRequires } from './requires.ts'
import { chooseApp, type ChosenApp } from './apps.ts'
import type { Config, ConfigFile } from './schema.ts'

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

export interface LoadedTargets {
  /** Name → keys, which are the target's to judge. */
  readonly targets: NonNullable<Config['targets']>
  /** The file they are from, or would be. */
  readonly file: string
}

/** The `[targets]` of one app; without an app those that all of them have. Throws as `loadConfig`. */
export async function loadTargets(checkout: Checkout, app: string | null): Promise<LoadedTargets> {
  const { config, file } = await loadFile(checkout)
  const isOne = app !== null || Object.keys(config.apps ?? {}).length <= 1
  const { targets = {} } = isOne ? chooseApp(config, app).config : config
  return { targets, file: file ?? 'wherry.toml' }
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
  const [{ configSchema }, { checkKeys }] = await Promise.all([import('./schema.ts'), import('./check.ts')])
  return checkKeys(configSchema, value, { file })
}
