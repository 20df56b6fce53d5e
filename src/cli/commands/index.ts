import type { CommandEntry } from '../command.ts'

const path = { '[path]': 'the repository; the current directory without it' }

const app = { '--app <name>': 'of several apps in wherry.toml, this one' }
const to = { '--to <target>': 'on this target of wherry.toml instead of this machine' }
const platform = { '--platform <platform>': 'what it is for: linux/amd64 or linux/arm64; this machine’s without it' }
const allowHooks = { '--allow-hooks': 'let the [hooks] and secret commands of wherry.toml run here, until they change' }

/** Every command, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'detect',
    summary: 'say what the app is, with the lines that say so',
    arguments: path,
    options: app,
    load: () => import('./detect.ts'),
  },
  {
    name: 'image',
    summary: 'make the image that runs everywhere, and print its digest',
    arguments: path,
    options: {
      ...app,
      ...platform,
      ...allowHooks,
      '--out <file>': 'also write it as one tar, for docker load, podman load or skopeo',
      '--as-dockerfile [directory]':
        'also write a Dockerfile that makes an equivalent image, into a new directory (wherry-docker)',
      '--explain': 'say what is inside, how large, and why each package is there',
      '--diff <other>': 'say what changed since a release number, an archive, a digest, or a commit’s wherry.lock',
      '--advisories [directory]': 'say what OSV records there (or in WHERRY_OSV) know against its packages',
      '--fail-on <level>': 'exit with 1 when one is at least low, medium, high or critical; or any',
      '--sbom <file>': 'write the bill of materials, as CycloneDX JSON',
      '--provenance <file>': 'write what it was made from, as an in-toto statement',
      '--key <file>': 'sign that with this private key (PEM, Ed25519 or P-256), in a Sigstore bundle',
    },
    load: () => import('./image.ts'),
  },
  {
    name: 'publish',
    summary: 'bring the image to a registry, and print the reference that names it for ever',
    arguments: path,
    options: {
      ...app,
      ...platform,
      ...allowHooks,
      '--to <reference>': 'where to: ghcr.io/acme/shop:1.4',
      '--dialect <dialect>': 'oci, or docker for registries that take nothing else',
    },
    load: () => import('./publish.ts'),
  },
  {
    name: 'update',
    summary: 'move the base and what no lock of yours pins to versions of today',
    arguments: path,
    options: {
      ...app,
      ...platform,
      '--dry-run': 'only say what would move; wherry.lock stays as it is',
      '--advisories <directory>': 'OSV records to say by which vulnerabilities that closes; WHERRY_OSV without it',
    },
    load: () => import('./update.ts'),
  },
  {
    name: 'up',
    summary: 'run the app on this machine, as production will',
    arguments: path,
    options: {
      ...app,
      ...platform,
      ...allowHooks,
      '-p, --port <port>': 'where nginx listens; 8000 at first',
      '-e, --env <NAME=VALUE...>': 'environment of this run; wins over everything else',
      '-d, --detach': 'leave it running and return',
      '-w, --watch': 'replace the release whenever a file changes',
    },
    load: () => import('./up.ts'),
  },
  {
    name: 'ship',
    summary: 'send the app to a target of wherry.toml, and let it serve there',
    arguments: path,
    options: {
      ...app,
      ...allowHooks,
      '--to <target>': 'where to: its name under [targets]',
      '--dry-run': 'only say what would be done there',
      '--accept-host-key <fingerprint>': 'the server’s key has this fingerprint (SHA256:…): it was compared',
      '--adopt': 'it is the same app, although another repository released it there',
    },
    load: () => import('./ship.ts'),
  },
  {
    name: 'down',
    summary: 'stop what `up` started; its data stays',
    arguments: path,
    options: { ...app, ...to },
    load: () => import('./down.ts'),
  },
  {
    name: 'status',
    summary: 'say what serves, what runs, and what can be gone back to',
    arguments: path,
    options: { ...app, ...to },
    load: () => import('./status.ts'),
  },
  {
    name: 'logs',
    summary: 'show what the processes print',
    arguments: path,
    options: {
      ...app,
      ...to,
      '-f, --follow': 'go on until Ctrl-C',
      '--since <time>': 'from this long ago (10m, 2h, 3d) or this date on',
      '--process <name>': 'of this process only: web, worker …',
    },
    load: () => import('./logs.ts'),
  },
  {
    name: 'rollback',
    summary: 'let the release before, or the one named, serve again',
    arguments: { '[release]': 'its number; the one before without it' },
    options: { '--path <path>': 'the repository; the current directory without it', ...app, ...to },
    load: () => import('./rollback.ts'),
  },
  {
    name: 'run',
    summary: 'run a command in the image that serves, with its data',
    arguments: { '<command...>': 'the program and its arguments' },
    options: { '--path <path>': 'the repository; the current directory without it', ...app, ...to },
    passThrough: true,
    load: () => import('./run.ts'),
  },
  {
    name: 'secrets',
    summary: 'what only the app may know, encrypted in the repository: list, set, rm, import, recipients, identity',
    arguments: {
      '[action]': 'list without it',
      '[words...]': 'set NAME | rm NAME | import .env | recipients add NAME KEY | identity',
    },
    options: {
      '--for <environment>': 'whose secrets: local, which `up` runs (without it), or the name of a target',
      '--path <path>': 'the repository; the current directory without it',
    },
    load: () => import('./secrets.ts'),
  },
  {
    name: 'init',
    summary: 'write a wherry.toml that says what was found',
    arguments: path,
    load: () => import('./init.ts'),
  },
  {
    name: 'cache',
    summary: 'say what the cache holds; `cache prune` removes what is old',
    arguments: { '[action]': '`prune`; sizes without it' },
    options: {
      '--older-than <time>': 'remove what was not used for so long (30d without it)',
      '--to-size <size>': 'remove the oldest until so much is left: 5GB',
      '--dry-run': 'only say what would go',
    },
    load: () => import('./cache.ts'),
  },
  {
    name: 'recover',
    summary: 'repair what an interrupted command left behind',
    arguments: path,
    options: { ...app, ...to },
    load: () => import('./recover.ts'),
  },
  {
    name: 'doctor',
    summary: 'say what this machine has, which engine is used, and what is missing',
    load: () => import('./doctor.ts'),
  },
]
