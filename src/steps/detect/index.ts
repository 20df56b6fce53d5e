import type { Config } from '../../config/schema.ts'
import { loadConfig } from '../../config/load.ts'
import { openCheckout, type Checkout } from '../../kit/checkout/index.ts'
import type { Report } from '../../model/event.ts'
import type { Project } from '../../model/project.ts'
import { findApp } from './app/index.ts'
import { findData } from './facts/data.ts'
import type { Ground } from './facts/ground.ts'
import { findLibraries } from './facts/libraries.ts'
import { findMigrations } from './facts/migrations.ts'
import { appName } from './facts/name.ts'
import { findProcesses } from './facts/processes.ts'
import { findSecrets } from './facts/secrets.ts'
import { findStatics } from './facts/statics.ts'
import { findTests } from './facts/tests.ts'
import { readPackages, type Packages } from './packages/index.ts'
import { findPython } from './python.ts'

export interface Detected {
  readonly project: Project
  readonly config: Config
  readonly checkout: Checkout
  readonly packages: Packages
}

/**
 * Reads a repository and says what the app in it is, each fact with the lines that say so. Never runs anything of it. Throws an error of
 * the catalogue when there is no app, more than one, or one that cannot work as it lies.
 */
export async function detect(directory: string, { report }: { readonly report: Report }): Promise<Detected> {
  report({ step: 'detect', level: 'start', text: `reading ${directory}` })
  const checkout = await openCheckout(directory)
  const { config } = await loadConfig(checkout)
  const found = findApp(checkout, { app: config.app ?? null, root: config.root ?? null, server: config.server ?? null })
  const { packages, root, tree, app, framework, server, settingsFile } = found
  const python = findPython(checkout, root, packages, config.python ?? null)
  const ground: Ground = {
    checkout,
    tree,
    root,
    app,
    framework,
    settingsFile,
    requires: name => packages.locked.has(name) || packages.requirements.some(item => item.name === name),
  }
  const { processes, notes } = findProcesses(ground)
  const project: Project = {
    name: config.name ?? appName(packages.name, checkout.root),
    root: root === '' ? '.' : root,
    python: python.fact,
    packages: packages.fact,
    framework,
    app,
    server,
    statics: findStatics(ground),
    processes,
    migrations: findMigrations(ground),
    tests: findTests(ground),
    systemLibraries: findLibraries(ground),
    data: findData(ground),
    secrets: findSecrets(ground),
    notes: [...found.notes, ...packages.notes, ...python.notes, ...notes],
  }
  report({ step: 'detect', level: 'done', text: `${checkout.files.length} files read` })
  return { project, config, checkout, packages }
}
