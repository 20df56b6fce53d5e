import { posix } from 'node:path'
import { z } from 'zod'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { optionalText } from '../../../kit/checkout/optional-text.ts'
import type { FrontEndFact } from '../../../model/project.ts'
import { largestLock, lockNames, managerOf } from '../../../node/lock/read.ts'

/** A package.json with a script that builds. */
export interface ScriptPackage {
  /** Relative to the repository; '' for its root. */
  readonly directory: string
  readonly file: string
  readonly text: string
  readonly scripts: Readonly<Record<string, string>>
  /** The script that builds. */
  readonly script: string
  /** True when the script runs those of the workspace's members. */
  readonly delegates: boolean
  /** Frameworks of pages that are built whole. */
  readonly isPageApp: boolean
  readonly engines: string | null
  readonly volta: string | null
  readonly tool: string | null
}

export interface Workspace {
  readonly directory: string
  readonly lock: string | null
  readonly manager: FrontEndFact['manager']
}

const strings = z.record(z.string(), z.unknown()).optional().catch(undefined)
const manifest = z.looseObject({
  scripts: strings,
  dependencies: strings,
  devDependencies: strings,
  config: strings,
  engines: strings,
  volta: strings,
  packageManager: z.string().optional().catch(undefined),
  workspaces: z.unknown().optional(),
})

/** Not the app's own: installed, tests, documentation, templates of another project. */
const notOurs =
  /(?:^|\/)(?:node_modules|bower_components|vendor|tests?|e2e|docs?|documentation|examples?|demos?|fixtures)\/|[{}]/
/** What projects call the script that builds for production, the usual one first. */
const scriptNames = ['build', 'build:prod', 'build:production', 'build-prod', 'production', 'prod']
const delegating = /--workspaces?\b|\s-ws?\b|\s-r\b|--filter\b|\b(?:turbo|lerna|nx|wsrun)\b|\bworkspaces?\s/

/** Every package.json of the app that has a script to build. */
export function findPackages(checkout: Checkout): ScriptPackage[] {
  return checkout.files
    .filter(file => (file === 'package.json' || file.endsWith('/package.json')) && !notOurs.test(file))
    .slice(0, 50)
    .flatMap(file => {
      const found = readPackage(checkout, file)
      return found === null ? [] : [found]
    })
}

function readPackage(checkout: Checkout, file: string): ScriptPackage | null {
  const read = readManifest(checkout, file)
  if (read === null) return null
  const { json, text } = read
  const scripts = withConfig(texts(json.scripts), texts(json.config))
  const parts = Object.keys(scripts).filter(name => /^build[:-](?!dev|watch)/.test(name))
  const script = scriptNames.find(name => scripts[name]) ?? (parts.length === 1 ? parts[0] : undefined)
  const command = scripts[script ?? '']
  if (script === undefined || !command) return null
  const dependencies = { ...texts(json.dependencies), ...texts(json.devDependencies) }
  return {
    directory: posix.dirname(file) === '.' ? '' : posix.dirname(file),
    file,
    text,
    scripts,
    script,
    delegates: delegating.test(command),
    isPageApp: ['react-dom', 'vue', 'svelte', '@angular/core', 'next', 'nuxt', 'solid-js'].some(
      name => dependencies[name],
    ),
    engines: texts(json.engines)['node'] ?? null,
    volta: texts(json.volta)['node'] ?? null,
    tool: json.packageManager ?? null,
  }
}

/** Where a package's packages are installed: beside its own lock, or beside that of the workspace it belongs to. */
export function workspaceOf(checkout: Checkout, directory: string): Workspace {
  const own = lockIn(checkout, directory)
  if (own) return own
  for (let at = directory; at !== '';) {
    at = posix.dirname(at) === '.' ? '' : posix.dirname(at)
    const above = lockIn(checkout, at)
    if (above && holdsMembers(checkout, at)) return above
  }
  return { directory, lock: null, manager: 'npm' }
}

function lockIn(checkout: Checkout, directory: string): Workspace | null {
  for (const [name, kind] of lockNames) {
    const lock = posix.join(directory, name)
    if (!checkout.has(lock)) continue
    const manager = kind === 'yarn' ? managerOf(kind, optionalText(checkout, lock, largestLock) ?? '') : kind
    return { directory, lock, manager }
  }
  return null
}

function holdsMembers(checkout: Checkout, directory: string): boolean {
  if (checkout.has(posix.join(directory, 'pnpm-workspace.yaml'))) return true
  return readManifest(checkout, posix.join(directory, 'package.json'))?.json.workspaces !== undefined
}

function readManifest(checkout: Checkout, file: string): { text: string; json: z.infer<typeof manifest> } | null {
  const text = optionalText(checkout, file)
  if (text === null) return null
  try {
    const parsed = manifest.safeParse(JSON.parse(text))
    return parsed.success ? { text, json: parsed.data } : null
  } catch {
    // Not for the app's Python to fail on: whatever it is, nothing can be built by it.
    return null
  }
}

/** npm gives scripts the values of `config` as variables (npm docs: scripts, "Environment"). */
function withConfig(
  scripts: Readonly<Record<string, string>>,
  config: Readonly<Record<string, string>>,
): Record<string, string> {
  const filled = (command: string): string =>
    command.replaceAll(/\$(\{?)npm_package_config_(\w+)(\}?)/g, (whole, _, name: string) => config[name] ?? whole)
  return Object.fromEntries(Object.entries(scripts).map(([name, command]) => [name, filled(command)]))
}

function texts(record: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record ?? {}).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )
}
