import { nearest } from '../kit/text.ts'
import { appNotChosen, noSuchApp } from './errors.ts'
import type { Config, ConfigFile } from './schema.ts'

export interface ChosenApp {
  readonly config: Config
  /** Its name under `[apps]`; null where the repository is one app. */
  readonly app: string | null
  /** Directories of the other apps, relative to the repository; none that holds this one or lies in it. */
  readonly others: readonly string[]
}

/**
 * What holds for one app of a repository: its own keys over those outside of `[apps]`, tables merged key by key. Throws `no-such-app` and `app-not-chosen`.
 */
export function chooseApp(file: ConfigFile, wanted: string | null): ChosenApp {
  const { requires: _, apps = {}, ...shared } = file
  const names = Object.keys(apps)
  const [only] = names
  if (wanted === null && only === undefined) return { config: shared, app: null, others: [] }
  const app = wanted ?? (names.length === 1 ? only : undefined)
  if (app === undefined)
    throw appNotChosen({
      what: `This repository holds several apps: ${names.join(', ')}.`,
      next: `Say which one is meant: --app ${only}`,
      evidence: names.map(text => ({ file: 'wherry.toml', text: `[apps.${text}]` })),
    })
  const own = Object.hasOwn(apps, app) ? apps[app] : undefined
  if (own === undefined) throw refuse(app, names)
  const config = { ...merge(shared, own), name: own.name ?? app }
  return { app, config, others: othersOf(config, app, apps) }
}

function merge(shared: Config, own: Config): Config {
  const both = Object.entries(own).map(([key, value]): [string, unknown] => {
    const outside = shared[key as keyof Config]
    return [key, isTable(outside) && isTable(value) ? { ...outside, ...value } : value]
  })
  return { ...shared, ...(Object.fromEntries(both) as Config) }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function othersOf(config: Config, app: string, apps: Readonly<Record<string, Config>>): string[] {
  const own = directory(config.root)
  if (own === '') return []
  return Object.entries(apps)
    .filter(([name]) => name !== app)
    .map(([, { root }]) => directory(root))
    .filter(other => !`${own}/`.startsWith(`${other}/`) && !`${other}/`.startsWith(`${own}/`) && other !== '')
}

function directory(root: string | undefined): string {
  return (root ?? '').replace(/^(?:\.\/)+|^\.$|\/+$/g, '')
}

function refuse(app: string, names: readonly string[]): Error {
  const near = nearest(app, names)
  const known = names.length > 0 ? `It has ${names.join(', ')}.` : 'It has no [apps] at all.'
  return noSuchApp({
    what: `There is no [apps.${app}] in this repository’s config.`,
    why: known,
    next: near ? `Did you mean --app ${near}?` : names.length > 0 ? `--app ${names[0]}` : 'Leave --app out.',
  })
}
