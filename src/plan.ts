import type { Config } from './config/schema.ts'
import { condaEnvironment, nothingToInstall, unsupportedPython } from './plan-errors.ts'
import type {
  BasePlan,
  DataPlace,
  EdgePlan,
  FrontEndPlan,
  Plan,
  ReleasePlan,
  ServePlan,
  ServicePlan,
  StaticPlan,
} from './model/plan.ts'
import type { FrontEndFact, Project } from './model/project.ts'
import { services as serviceList } from './services/index.ts'

/** The Debian suites that carry each Python, as their archives do. https://packages.debian.org/python3 */
const suites: Readonly<Record<string, string>> = { '3.11': 'bookworm', '3.13': 'trixie' }

/** A plan for each Python that the repository allows and a base carries, the preferred one first. Throws as `makePlan`. */
export function makePlans(project: Project, config: Config, app: string | null = null): readonly Plan[] {
  const { version, alternatives } = project.python
  return [version, ...alternatives].map(python =>
    makePlan({ ...project, python: { ...project.python, version: python } }, config, app),
  )
}

/** Decides, from the facts and the config alone, what will be made and run. Throws `unsupported-python`, `nothing-to-install`, `conda-environment`. */
export function makePlan(project: Project, config: Config, app: string | null = null): Plan {
  refusePackages(project)
  return {
    name: config.name ?? project.name,
    root: project.root,
    lockFile: lockFile(project, app),
    image: {
      base: base(project, config),
      requirements: {
        manager: project.packages.manager,
        lock: project.packages.lock,
        manifest: project.packages.manifest,
      },
      serve: serve(project, config),
      debianPackages: config.image?.packages ?? [],
      buildPackages: config.image?.['build-packages'] ?? [],
      exclude: config.image?.exclude ?? [],
      allowSecrets: config.image?.['allow-secrets'] ?? [],
      collectStatic: project.statics.some(item => item.collected)
        ? ['python', 'manage.py', 'collectstatic', '--noinput']
        : null,
      frontEnds: project.frontEnds.map(frontEnd),
      buildEnv: config.image?.['build-env'] ?? {},
    },
    processes: processes(project, config),
    edge: edge(project, config),
    release: release(project, config),
    data: data(project, config),
    env: config.env ?? {},
    secrets: project.secrets.map(({ name, required }) => ({ name, required })),
    secretFiles: config['secret-files'] ?? [],
    services: services(project, config),
  }
}

/** Several apps may share a directory: each has a lock of its own. */
function lockFile({ root }: Project, app: string | null): string {
  const name = app === null ? 'wherry.lock' : `wherry.${app}.lock`
  return root === '.' ? name : `${root}/${name}`
}

function refusePackages({ packages, framework }: Project): void {
  if (packages.manager === 'conda') {
    throw condaEnvironment({
      what: 'The packages are described as a conda environment.',
      next: 'Write the same packages into a requirements.txt beside it; that one is used then.',
      evidence: packages.because,
    })
  }
  if (packages.manager !== 'none' || framework === null) return
  throw nothingToInstall({
    what: `The app imports ${framework.name}, and nothing says to install it.`,
    next: `Add a requirements.txt that names ${framework.name} and what else the app imports.`,
    evidence: framework.because,
  })
}

/** Where no Debian suite carries the Python, the official image of it does. Ended minors never come here: detect refuses them. */
function base({ python }: Project, { image }: Config): BasePlan {
  const { version } = python
  const suite = suites[version]
  if (image?.base !== undefined && image.base !== 'debian')
    return { kind: 'image', reference: image.base, python: version }
  if (suite) return { kind: 'debian', suite, python: version }
  if (image?.base === undefined) return { kind: 'image', reference: `python:${version}-slim`, python: version }
  const [reason] = python.because
  throw unsupportedPython({
    what: `No Debian suite carries Python ${version}.`,
    why: `image.base is debian, which has ${Object.keys(suites).join(' and ')}.`,
    next: `Remove image.base, so that python:${version}-slim is taken, or allow another Python in ${reason?.file ?? 'pyproject.toml'}.`,
    evidence: python.because,
  })
}

function frontEnd(fact: FrontEndFact): FrontEndPlan {
  const { directory, workspace, manager, lock, script, outputs, node, tool } = fact
  return { directory, workspace, manager, lock, script, outputs, node, tool }
}

function serve({ app, server, framework }: Project, { workers = {} }: Config): ServePlan {
  if (!app) throw new Error('a project without an app cannot be planned')
  return {
    interface: app.interface,
    module: app.module,
    attribute: app.attribute,
    factory: app.factory,
    script: app.script,
    path: app.path,
    omits: app.omits,
    server: server.name,
    addServer: !server.declared && server.name !== 'own',
    framework: framework?.name ?? null,
    settings: framework?.settings ?? null,
    workers: {
      memory: workers.memory === undefined ? null : bytes(workers.memory),
      max: workers.max ?? null,
      threads: workers.threads ?? null,
    },
  }
}

function bytes(amount: string): number {
  return Number.parseInt(amount, 10) * 1024 ** (amount.endsWith('g') ? 3 : 2)
}

function processes(project: Project, config: Config): Plan['processes'] {
  const named = Object.fromEntries(
    project.processes.filter(({ name }) => name !== 'release').map(({ name, command }) => [name, command]),
  )
  return { ...named, ...config.processes, web: config.processes?.['web'] ?? null }
}

function edge(project: Project, config: Config): EdgePlan {
  const found: StaticPlan[] = project.statics.map(({ url, directory, collected }) => ({ url, directory, collected }))
  const own = Object.entries(config.static ?? {}).map(([url, directory]) => ({
    url: url.endsWith('/') ? url : `${url}/`,
    directory,
    collected: false,
  }))
  const statics = [...own, ...found.filter(item => !own.some(other => other.url === item.url))]
  const { 'max-body': maxBody = '100m', timeout = 60, nginx = null } = config.edge ?? {}
  return { statics, maxBody, timeout, extra: nginx }
}

function release(project: Project, config: Config): ReleasePlan {
  const own = config.release ?? {}
  const declared = project.processes.find(({ name }) => name === 'release')?.command ?? null
  const found = declared ?? project.migrations?.command ?? null
  return {
    command: own.command === false ? null : (own.command ?? found),
    migrations: project.migrations?.tool ?? null,
    healthPath: own['health-path'] ?? null,
    startTimeout: own['start-timeout'] ?? 120,
    drain: own.drain ?? 30,
    keep: own.keep ?? 5,
  }
}

/** Those found, or those the config names: with what was found of each, else told in the variable that is usual for its kind. */
function services({ services: found }: Project, config: Config): readonly ServicePlan[] {
  const asked = config.services === false ? [] : (config.services ?? found.map(({ kind }) => kind))
  return [...new Set(asked)].map(kind => {
    const { hosts, port, user, password, databases, variables } =
      found.find(each => each.kind === kind) ?? unfound(kind)
    return { kind, hosts, port, user, password, databases, variables }
  })
}

function unfound(kind: ServicePlan['kind']): ServicePlan {
  const variable = { name: serviceList[kind].variable, says: 'url', scheme: null, database: null } as const
  return { kind, hosts: [], port: null, user: null, password: null, databases: [], variables: [variable] }
}

function data(project: Project, config: Config): readonly DataPlace[] {
  const own: DataPlace[] = (config.data ?? []).map(path => ({
    path: path.replace(/\/$/, ''),
    kind: /\.(sqlite3?|db)$/.test(path) ? 'sqlite' : 'directory',
  }))
  const found = project.data.map(({ path, kind }) => ({ path, kind }))
  return [...own, ...found.filter(item => !own.some(other => other.path === item.path))]
}
