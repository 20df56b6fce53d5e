import type { Config } from '../../config/schema.ts'
import { loadConfig } from '../../config/load.ts'
import { openCheckout, type Checkout } from '../../kit/checkout/index.ts'
import type { Report } from '../../model/event.ts'
import type { Project } from '../../model/project.ts'
import { findApp, readSource, type AppFinding, type AppPackages } from './app/index.ts'
import type { Ground } from './facts/ground.ts'
import { findFacts } from './facts/index.ts'
import { appName } from './facts/name.ts'
import { readPackages, type Packages } from './packages/index.ts'
import { findPython } from './python.ts'
import { readAge } from './python/age.ts'

export interface DetectOptions {
  readonly report: Report
  /** Which of the config's `[apps]`; may be left out where there is one. */
  readonly app?: string | null
}

export interface Detected {
  readonly project: Project
  readonly config: Config
  /** The app's name under `[apps]`; null where the repository is one app. */
  readonly app: string | null
  readonly checkout: Checkout
  readonly packages: Packages
}

/**
 * Reads a repository and says what the app in it is, each fact with the lines that say so. Never runs anything of it. Throws an error of
 * the catalogue when there is no app, more than one, or one that cannot work as it lies.
 */
export async function detect(directory: string, options: DetectOptions): Promise<Detected> {
  const { report } = options
  report({ step: 'detect', level: 'start', text: `reading ${directory}` })
  const checkout = await openCheckout(directory)
  const { config, app: chosen, others } = await loadConfig(checkout, options.app ?? null)
  const tree = readSource(checkout)
  const found = await findApp(checkout, directory => appPackages(readPackages(checkout, directory || '.')), {
    tree,
    ...(config.app === undefined ? {} : { app: config.app }),
    ...(config.root === undefined ? {} : { root: config.root }),
  })
  const { root, app, framework } = found
  const place = found.manifests || '.'
  const packages = readPackages(checkout, place)
  const age = await readAge(checkout.root, [packages.fact.lock, packages.fact.manifest])
  const asked = config.python ?? pythonOfBase(config.image?.base)
  const python = findPython(checkout, place, packages, asked, age)
  const facts = await findFacts(groundOf(found, { checkout, tree, packages }), config)
  const project: Project = {
    name: config.name ?? appName(packages.name, checkout.root),
    root: root === '' ? '.' : root,
    python: python.fact,
    packages: packages.fact,
    framework,
    app,
    server: config.server === undefined ? found.server : { ...found.server, name: config.server },
    ...facts,
    notes: [...found.notes, ...packages.notes, ...python.notes, ...facts.notes],
  }
  report({ step: 'detect', level: 'done', text: `${checkout.files.length} files read` })
  return { project, config: apart(config, others, packages), app: chosen, checkout, packages }
}

function groundOf(
  { root, app, framework, settings }: AppFinding,
  { checkout, tree, packages }: Pick<Ground, 'checkout' | 'tree'> & { readonly packages: Packages },
): Ground {
  const asked = appPackages(packages)
  const requires = (name: string): boolean => asked.requires(name) !== null
  return { checkout, tree, root, app, framework, settingsFile: settings?.file ?? null, requires }
}

/**
 * Without the directories of the repository's other apps, so that a change of one is none of the others; what the app installs from one of
 * them stays.
 */
function apart(config: Config, others: readonly string[], { requirements, lock }: Packages): Config {
  const sources = lock?.packages.flatMap(({ source }) => (source.kind === 'path' ? [source.path] : [])) ?? []
  const used = [...requirements.flatMap(({ path }) => (path === null ? [] : [path])), ...sources]
  const left = others.filter(other => !used.some(path => `${path}/`.includes(`${other}/`)))
  if (left.length === 0) return config
  const exclude = [...(config.image?.exclude ?? []), ...left.map(other => `/${other}/`)]
  return { ...config, image: { ...config.image, exclude } }
}

/** What the packages say, as detection of the app asks it. */
function appPackages(packages: Packages): AppPackages {
  return {
    requires(name) {
      const listed = packages.requirements.find(item => item.name === name)
      if (listed) return { file: listed.file, line: listed.line, text: name }
      const { lock } = packages.fact
      return lock !== null && packages.locked.has(name)
        ? { file: lock, line: null, text: `${name} ${packages.locked.get(name)}` }
        : null
    },
    version: name => packages.locked.get(name) ?? null,
  }
}

/** The tag of an official Python image names its Python; of other images only the image itself knows. */
function pythonOfBase(base: string | undefined): string | null {
  return /(?:^|\/)python:(3\.\d{1,2})(?:[.-]|$)/.exec(base ?? '')?.[1] ?? null
}
