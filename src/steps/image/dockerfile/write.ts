import { suiteNamed } from '../../../debian/suites.ts'
import type { ImageConfig } from '../../../model/image.ts'
import type { DebianPackage, Lock } from '../../../model/lock.ts'

export interface DockerfileFacts {
  readonly name: string
  readonly config: ImageConfig
  readonly lock: Lock
  /** The directory that holds this Dockerfile and what it copies, relative to the repository. */
  readonly directory: string
  /** Places of the app whose data outlives a release, and where in the volume it lies; both absolute in the image. */
  readonly data: readonly { readonly at: string; readonly in: string }[]
  /** How Django's static files are collected; null when none are. */
  readonly collect: { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> } | null
}

/** The Dockerfile that says in Docker's words what Wherry assembles: the same suite, versions and hashes, the same start. */
export function writeDockerfile(facts: DockerfileFacts): string {
  const { lock, directory, name } = facts
  return [
    `# ${name}, as Wherry assembles it, for whoever wants to go on without it:`,
    `#     docker build --file ${directory}/Dockerfile --tag ${name} .`,
    '# The versions are those of wherry.lock. Archives keep only the newest of each package: where one has left, take the',
    '# newer one, or build with --build-arg BASE= an image whose apt sources name a snapshot.',
    `ARG BASE=${baseOf(lock)}`,
    '',
    ...packagesStage(facts),
    '',
    ...imageStage(facts),
    ...settings(facts.config),
    '',
  ].join('\n')
}

/** A stage of its own, for pip and compilers have no place in what runs. */
function packagesStage({ lock, directory }: DockerfileFacts): string[] {
  const python = lock.base.kind === 'image' ? lock.base.interpreter.executable : 'python3'
  return [
    'FROM ${BASE} AS packages',
    '# The index to install from, where it is not pip’s own default.',
    'ARG PIP_INDEX_URL',
    'ARG PIP_EXTRA_INDEX_URL',
    ...packagesFirst(lock),
    `COPY ${json([`${directory}/requirements.txt`, `${directory}/wheels/`, '/tmp/packages/'])}`,
    'WORKDIR /tmp/packages',
    `RUN ${python} -m venv --without-pip /venv \\`,
    ` && ${python} -m venv /tools \\`,
    ' && /tools/bin/pip --python /venv/bin/python install --no-cache-dir --no-compile --no-deps --require-hashes -r requirements.txt',
  ]
}

function imageStage(facts: DockerfileFacts): string[] {
  const { lock, config, directory } = facts
  return [
    'FROM ${BASE}',
    aptInstall(pinsOf(lock)),
    'COPY --from=packages /venv /venv',
    'COPY . /app',
    `RUN rm -rf ${shell(`/app/${directory}`)}`,
    ...dataLines(facts),
    '# What Wherry adds to the app: the launcher, and what it starts.',
    `COPY ${json([`${directory}/files/`, '/'])}`,
    `ENV ${pairs(config.env)}`,
    `WORKDIR ${config.workingDirectory.replace(/\$/g, '\\$')}`,
    ...collectLines(facts),
    '# Some packages hold files that are no Python of this version: they stay as they are.',
    'RUN /venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /app /venv/lib /wherry || true',
    'RUN install -d -o 10001 -g 10001 /data',
  ]
}

function settings({ labels, user, entrypoint, command }: ImageConfig): string[] {
  return [`LABEL ${pairs(labels)}`, `USER ${user}`, `ENTRYPOINT ${json(entrypoint)}`, `CMD ${json(command)}`]
}

function pairs(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${json(value)}`)
    .join(' \\\n    ')
}

/** The base that was asked for, by its digest; else the smallest official image of the suite. */
function baseOf({ base }: Lock): string {
  if (base.kind === 'image') return base.reference
  return suiteNamed(base.suite).distribution.name === 'ubuntu' ? `ubuntu:${base.suite}` : `debian:${base.suite}-slim`
}

/** What is needed to install the packages; a base that is an image has its own Python. */
function packagesFirst(lock: Lock): string[] {
  const own = lock.base.kind === 'image' ? [] : ['python3', 'python3-venv']
  const all = [...own, ...toolsOf(lock)]
  return all.length === 0 ? [] : [aptInstall(all)]
}

/** What source distributions are built with; headers by the packages of the lock. */
function toolsOf({ sdists }: Lock): string[] {
  const packages = sdists.flatMap(({ build }) => build.packages ?? []).map(({ name }) => name)
  return sdists.some(({ build }) => build.packages !== null) ? ['build-essential', 'python3-dev', ...packages] : []
}

function pinsOf({ base }: Lock): string[] {
  const all: readonly DebianPackage[] = [...base.packages, ...base.nginx, ...base.libraries]
  return all.map(({ name, version }) => `${name}=${version}`)
}

function aptInstall(packages: readonly string[]): string {
  const names = [...new Set(packages)].sort().map(name => `      ${name} \\`)
  return [
    'RUN apt-get update \\',
    ' && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --allow-downgrades \\',
    ...names,
    ' && rm -rf /var/lib/apt/lists/*',
  ].join('\n')
}

/** What the app writes beside its code lies in the volume, a link in its place; what was committed there fills an empty volume. */
function dataLines({ data }: DockerfileFacts): string[] {
  return data.map(({ at, in: place }) => {
    const parent = shell(at.slice(0, at.lastIndexOf('/')))
    return `RUN rm -rf ${shell(at)} && mkdir -p ${parent} && ln -s ${shell(place)} ${shell(at)}`
  })
}

function collectLines({ collect, directory }: DockerfileFacts): string[] {
  if (collect === null) return []
  const env = Object.entries(collect.env).map(([name, value]) => `${name}=${shell(value)}`)
  return [
    '# With values that are thrown away: Django’s settings want them to be there.',
    `COPY ${json([`${directory}/collectstatic.py`, '/tmp/collectstatic.py'])}`,
    `RUN ${[...env, ...collect.argv.map(shell)].join(' ')} && rm /tmp/collectstatic.py /tmp/answer.json`,
  ]
}

/** `$` begins a variable also between quotes. */
function json(value: string | readonly string[]): string {
  const text = Array.isArray(value) ? `[${value.map(each => JSON.stringify(each)).join(', ')}]` : JSON.stringify(value)
  return text.replace(/\$/g, '\\$')
}

/** One word of a POSIX shell, for the shell form of RUN; `$` is the shell's alone there. */
function shell(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`
}
