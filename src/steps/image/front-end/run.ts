import { mkdir, symlink, writeFile, copyFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import semver from 'semver'
import type { NodeProgram } from '../../../model/lock.ts'
import type { FrontEndPlan } from '../../../model/plan.ts'
import type { Entry } from '../../../model/tree.ts'
import type { LockedPackage } from '../../../node/lock/lock.ts'
import { redirectLock } from '../../../node/lock/registry-path.ts'
import type { RunResult } from '../../../engines/engine.ts'
import type { Inside } from '../inside.ts'
import { appDirectory } from '../app/entry.ts'
import { frontEndFailed } from './errors.ts'
import { placeOf } from './inputs.ts'

const script = fileURLToPath(new URL('../../../../runtime/front_end.py', import.meta.url))
const port = 4873
const address = `http://127.0.0.1:${port}/`

/** Milliseconds; large front-ends take ten minutes on small machines. */
const patience = 30 * 60_000

export interface FrontEndJob {
  readonly frontEnd: FrontEndPlan
  readonly inputs: readonly Entry[]
  readonly packages: readonly LockedPackage[]
  readonly programs: readonly NodeProgram[]
  readonly env: Readonly<Record<string, string>>
}

/** Directories of this machine that the sandbox sees. */
export interface Room {
  /** Where the inputs lie and the outputs appear. */
  readonly app: string
  readonly home: string
  readonly registry: string
  readonly programs: string
}

/** Installs and builds, without network and as a user without rights. Throws `front-end-failed` with the last lines. */
export async function runFrontEnd(
  job: FrontEndJob,
  room: Room,
  inside: Inside,
  onLine: (line: string) => void,
): Promise<void> {
  const { frontEnd } = job
  await Promise.all([layInputs(job, room.app), mkdir(join(room.home, 'tmp'), { recursive: true })])
  const at = (directory: string): string => (directory === '.' ? `/${appDirectory}` : `/${appDirectory}/${directory}`)
  const { install, run } = commands(frontEnd)
  const steps = [
    { name: 'install', argv: install, cwd: at(frontEnd.workspace), env: { CI: '1' } },
    { name: 'build', argv: [...run, frontEnd.script], cwd: at(frontEnd.directory), env: buildEnvironment(job) },
  ]
  const result = await inside.run({
    argv: ['python3', '-I', '-B', '/front_end.py', '/registry'],
    input: JSON.stringify({ port, steps }),
    env: { ...environment, ...(frontEnd.manager === 'pnpm' ? forPnpm : {}) },
    user: { uid: 10001, gid: 10001 },
    timeout: patience,
    onLine,
    mounts: [
      { from: script, to: '/front_end.py', readonly: true },
      { from: room.programs, to: '/opt/node', readonly: true },
      { from: room.registry, to: '/registry', readonly: true },
      { from: room.app, to: `/${appDirectory}`, readonly: false },
      { from: room.home, to: '/home/build', readonly: false },
    ],
  })
  if (result.code !== 0) throw explain(frontEnd, result)
}

async function layInputs({ inputs, frontEnd, packages }: FrontEndJob, target: string): Promise<void> {
  for (const entry of inputs) {
    const path = join(target, placeOf(entry))
    await mkdir(dirname(path), { recursive: true })
    if (entry.kind === 'link') await symlink(entry.target, path)
    if (entry.kind !== 'file') continue
    if ('file' in entry.bytes) await copyFile(entry.bytes.file, path)
    else {
      const isLock = placeOf(entry) === frontEnd.lock
      const text = isLock
        ? redirectLock(Buffer.from(entry.bytes.data).toString('utf8'), packages, address)
        : entry.bytes.data
      await writeFile(path, text, { mode: entry.mode })
    }
  }
}

function commands({ manager }: FrontEndPlan): { readonly install: readonly string[]; readonly run: readonly string[] } {
  if (manager === 'yarn')
    return {
      install: ['yarn', 'install', '--frozen-lockfile', '--non-interactive', '--production=false'],
      run: ['yarn', 'run'],
    }
  if (manager === 'yarn-berry') return { install: ['yarn', 'install', '--immutable'], run: ['yarn', 'run'] }
  if (manager === 'pnpm')
    return { install: ['pnpm', 'install', '--frozen-lockfile', '--prod=false'], run: ['pnpm', 'run'] }
  return { install: ['npm', 'ci', '--include=dev', '--no-audit', '--no-fund'], run: ['npm', 'run'] }
}

/** The machine's own environment stays outside. Install scripts that fetch browsers and the like are told not to; no build needs them. */
const environment: Readonly<Record<string, string>> = {
  PATH: '/opt/node/bin:/usr/local/bin:/usr/bin:/bin',
  HOME: '/home/build',
  TMPDIR: '/home/build/tmp',
  npm_config_registry: address,
  YARN_REGISTRY: address,
  YARN_NPM_REGISTRY_SERVER: address,
  YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
  YARN_ENABLE_GLOBAL_CACHE: 'false',
  YARN_ENABLE_TELEMETRY: '0',
  npm_config_update_notifier: 'false',
  npm_config_loglevel: 'error',
  COREPACK_ENABLE_STRICT: '0',
  NO_UPDATE_NOTIFIER: '1',
  NO_COLOR: '1',
  HUSKY: '0',
  CYPRESS_INSTALL_BINARY: '0',
  ELECTRON_SKIP_BINARY_DOWNLOAD: '1',
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
  PUPPETEER_SKIP_DOWNLOAD: '1',
  SENTRYCLI_SKIP_DOWNLOAD: '1',
}

/** It is the version `packageManager` asks for already, and must not go and look for it. */
const forPnpm: Readonly<Record<string, string>> = {
  pnpm_config_registry: address,
  pnpm_config_pm_on_fail: 'ignore',
  npm_config_manage_package_manager_versions: 'false',
}

function buildEnvironment({ packages, programs, env }: FrontEndJob): Record<string, string> {
  return { NODE_ENV: 'production', ...legacyHashes(packages, programs), ...env }
}

/** webpack 4 hashes with MD4, which OpenSSL 3 refuses (Node.js 17 and newer; webpack/webpack#14532). */
function legacyHashes(packages: readonly LockedPackage[], programs: readonly NodeProgram[]): Record<string, string> {
  const isOld = packages.some(({ name, version }) => name === 'webpack' && semver.lt(version, '5.61.0'))
  const node = programs.find(({ name }) => name.startsWith('node-'))?.version ?? '0.0.0'
  return isOld && semver.gte(node, '17.0.0') ? { NODE_OPTIONS: '--openssl-legacy-provider' } : {}
}

const offline = /ENOTFOUND|EAI_AGAIN|ENETUNREACH|ECONNREFUSED|getaddrinfo|not among the packages of the lock/

function explain({ directory, script: name, lock }: FrontEndPlan, result: RunResult): Error {
  const lines = `${result.stdout}\n${result.stderr}`.trim().split('\n')
  const where = directory === '.' ? 'package.json' : `${directory}/package.json`
  const step = result.code === 3 ? `installing what ${lock} names` : `\`${name}\` of ${where}`
  const ending = result.timedOut ? `took longer than ${patience / 60_000} minutes` : 'failed'
  const why = offline.test(lines.slice(-60).join('\n'))
    ? 'It asks the network for something its lock does not name; builds have none.'
    : (lines.findLast(line => /error/i.test(line)) ?? lines.at(-1) ?? '')
  return frontEndFailed({
    what: `The front-end cannot be built: ${step} ${ending}.`,
    why: why.trim().slice(0, 300),
    next: 'Mend what the lines name (.nvmrc chooses the Node.js, image.build-env gives variables), or leave it out: front-end = false in wherry.toml.',
    evidence: lines.slice(-20).map(text => ({ text: text.slice(0, 300) })),
  })
}
