import { z } from 'zod'

/**
 * wherry.toml, or [tool.wherry] in pyproject.toml. Everything is optional: a key overrides what was detected. The descriptions
 * here are the reference (docs/config.md) and the editors' help (schema/wherry.schema.json); both are generated from this file.
 */

const argv = z.array(z.string()).min(1)
/** Of an environment variable. */
export const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'not a name for an environment variable')

const image = z
  .strictObject({
    base: z
      .string()
      .min(1)
      .describe(
        'What the image stands on: `debian`, assembled from signed Debian packages, or an image of a registry that has Python, such as `python:3.12-slim`: Debian or Ubuntu underneath. Without it `debian` where its Python is the app’s, otherwise the official image of that Python.',
      )
      .meta({ examples: ['python:3.12-slim'] })
      .optional(),
    dockerfile: z
      .string()
      .min(1)
      .describe(
        'A Dockerfile of the repository that makes the image instead of Wherry, built by docker, podman or buildah. docs/image.md says what Wherry then cannot do.',
      )
      .meta({ examples: ['Dockerfile'] })
      .optional(),
    platform: z
      .enum(['linux/amd64', 'linux/arm64'])
      .describe(
        'What the image is for, where that is not the machine it is made on: `linux/arm64` for Graviton or Ampere servers, `linux/amd64` from a Mac with Apple silicon. --platform wins over it. docs/image.md says what is made how.',
      )
      .meta({ examples: ['linux/arm64'] })
      .optional(),
    packages: z
      .array(z.string())
      .describe('More Debian packages to put into the image.')
      .meta({ examples: [['ffmpeg']] })
      .optional(),
    'build-packages': z
      .array(z.string())
      .describe(
        'More Debian packages that Python packages without a wheel are compiled with: headers, tools. They do not enter the image.',
      )
      .meta({ examples: [['libmagic-dev']] })
      .optional(),
    exclude: z
      .array(z.string())
      .describe('Files that stay out of the image, as patterns of .gitignore.')
      .meta({ examples: [['docs/', '*.psd']] })
      .optional(),
    'build-env': z
      .record(envName, z.string())
      .describe(
        'Environment of what runs of the app while the image is made: collectstatic and front-end builds. It is not in the image, and no place for secrets.',
      )
      .meta({ examples: [{ VITE_API_URL: '/api' }] })
      .optional(),
    'allow-secrets': z
      .array(z.string())
      .describe(
        'Files that may enter the image although they look like they hold a secret. Each is a decision; say why in a comment.',
      )
      .optional(),
    advisories: z
      .string()
      .describe(
        'A directory of OSV records, relative to the repository, that `wherry image --advisories` and `wherry update` judge packages by. WHERRY_OSV wins over it.',
      )
      .optional(),
  })
  .describe('How the image is made.')

/** A place in the repository: no absolute path, no step upwards. */
const inside = z
  .string()
  .regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\u0000-\u001F\u007F\\]+$/, 'not a path below the repository')
  .max(1000)

const frontEnd = z
  .strictObject({
    directory: inside.describe('The directory of its package.json.'),
    script: z.string().min(1).describe('The script of package.json that builds it. `build` without it.').optional(),
    outputs: z
      .array(inside)
      .min(1)
      .describe('Files and directories it leaves, relative to the repository, where they cannot be found out.')
      .meta({ examples: [['frontend/dist']] })
      .optional(),
  })
  .describe('A front-end that is built for the image.')

const release = z
  .strictObject({
    command: z
      .union([argv, z.literal(false)])
      .describe(
        'What runs once in the new image before it starts, as an argv array, instead of the migrations found; false for nothing.',
      )
      .meta({ examples: [['python', 'manage.py', 'migrate']] })
      .optional(),
    'health-path': z
      .string()
      .startsWith('/')
      .describe(
        'The path a new release is asked for before it serves. Without it `/`, where any answer below 500 is healthy.',
      )
      .optional(),
    'start-timeout': z
      .number()
      .int()
      .min(1)
      .max(3600)
      .describe('Seconds a new release may take until it is healthy. 120 without it.')
      .optional(),
    drain: z
      .number()
      .int()
      .min(0)
      .max(3600)
      .describe('Seconds that requests in flight may take after the switch. 30 without it.')
      .optional(),
    keep: z.number().int().min(2).max(100).describe('Releases kept for a rollback. 5 without it.').optional(),
  })
  .describe('How a release replaces the one before.')

const edge = z
  .strictObject({
    'max-body': z
      .string()
      .regex(/^[1-9][0-9]*[kmg]$/)
      .describe('Largest request body: `20m`. 100m without it.')
      .optional(),
    timeout: z.number().int().min(1).max(3600).describe('Seconds a request may take. 60 without it.').optional(),
    nginx: z
      .string()
      .describe(
        'More nginx directives for the server block. `nginx -t` of the image’s own nginx judges them before anything is released; where it listens and whom it answers is not theirs to say.',
      )
      .meta({ examples: ['location = /old { return 301 /new; }'] })
      .optional(),
  })
  .describe('The nginx in front.')

const hook = argv.optional()
const hooks = z
  .strictObject({
    'before-image': hook.describe(
      'Before the image is made. What it writes into the repository is in the image, and under `--watch` is no change.',
    ),
    'after-image': hook.describe('When the image is made.'),
    'before-publish': hook.describe('Before the image is brought to a registry.'),
    'after-publish': hook.describe('When the image is in the registry.'),
    'before-release': hook.describe('Before a release is made of the image.'),
    'after-release': hook.describe('When the release serves.'),
  })
  .describe(
    'Programs of yours around the steps, each an argv array: run on this machine, in the repository, never by a shell, once you have allowed them with --allow-hooks. One that fails ends the command.',
  )
const workers = z
  .strictObject({
    memory: z
      .string()
      .regex(/^[1-9][0-9]*[mg]$/, 'not an amount of memory such as `300m`')
      .describe(
        'What one worker needs. Where the limit of the machine holds fewer, fewer are started. 150m without it.',
      )
      .meta({ examples: ['300m'] })
      .optional(),
    max: z
      .number()
      .int()
      .min(1)
      .max(100)
      .describe('Workers at most, whatever the machine offers: 1 for an app that keeps state in its memory.')
      .optional(),
    threads: z.number().int().min(1).max(1000).describe('Threads of each Gunicorn worker.').optional(),
  })
  .describe('How many processes of the server there are. Without it, what processors and memory allow.')

const appName = z.string().regex(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/, 'lower-case letters, digits and dashes, 2 to 40')

const keys = {
  name: appName
    .describe('The app’s name on every target. Without it the project’s or the directory’s name.')
    .optional(),
  root: z
    .string()
    .describe('The directory the app is run from, when it is not the repository’s root.')
    .meta({ examples: ['backend'] })
    .optional(),
  app: z
    .string()
    .describe(
      'The app object as `module:attribute`, `module:factory()`, or the file of a program that is its own server.',
    )
    .meta({ examples: ['shop.wsgi:application', 'notes:create_app()', 'dashboard.py'] })
    .optional(),
  python: z
    .string()
    .regex(/^3\.\d{1,2}$/)
    .describe('The Python minor version: `3.13`.')
    .optional(),
  server: z
    .string()
    .describe('The server to use, when the app’s own packages bring more than one.')
    .meta({ examples: ['hypercorn'] })
    .optional(),
  processes: z
    .record(z.string(), argv)
    .describe('More ways to start the image, each an argv array. They run beside `web`.')
    .meta({ examples: [{ worker: ['celery', '-A', 'shop', 'worker'] }] })
    .optional(),
  env: z
    .record(envName, z.string())
    .describe('Environment variables that are no secret, the same on every target.')
    .optional(),
  secrets: z
    .record(
      envName,
      z.strictObject({
        command: argv,
        for: z.array(z.string()).min(1).optional(),
      }),
    )
    .describe(
      'Secrets that a vault’s own program prints: each an argv array, run in the repository before a release, without a shell, once you have allowed it with --allow-hooks; `for` names the environments it is for (`local` is `wherry up`), all without it. Others are kept encrypted by `wherry secrets set`: docs/secrets.md.',
    )
    .meta({ examples: [{ STRIPE_KEY: { command: ['op', 'read', 'op://shop/stripe/key'], for: ['production'] } }] })
    .optional(),
  'secret-files': z
    .union([z.literal(true), z.array(envName).min(1)])
    .describe(
      'Secrets that the app is given in files instead of variables, true for all: in memory, at /run/secrets/NAME, which NAME_FILE tells. Only the app’s user can read them.',
    )
    .meta({ examples: [['STRIPE_KEY']] })
    .optional(),
  static: z
    .record(z.string().startsWith('/'), z.string())
    .describe('URL prefixes served by nginx from a directory of the app.')
    .meta({ examples: [{ '/media/': 'media' }] })
    .optional(),
  data: z
    .array(z.string())
    .describe('Files and directories that outlive a release, relative to `root`.')
    .meta({ examples: [['uploads/']] })
    .optional(),
  services: z
    .union([z.literal(false), z.array(z.enum(['memcached', 'mysql', 'postgres', 'redis']))])
    .describe(
      'The services that `wherry up` runs for the app, instead of those found; false for none. One that was not found is told to the app in DATABASE_URL, REDIS_URL or MEMCACHED_URL.',
    )
    .meta({ examples: [['postgres', 'redis']] })
    .optional(),
  'front-end': z
    .union([z.literal(false), z.array(frontEnd).min(1)])
    .describe(
      'The builds of JavaScript whose output the app serves, when those found are not the right ones; false for none. A package.json with a lock is built in a sandbox without network, and only its output enters the image.',
    )
    .meta({ examples: [[{ directory: 'frontend', outputs: ['frontend/dist'] }]] })
    .optional(),
  image: image.optional(),
  release: release.optional(),
  workers: workers.optional(),
  edge: edge.optional(),
  hooks: hooks.optional(),
  targets: z
    .record(z.string(), z.looseObject({}))
    .describe('Where releases live; each target owns its keys.')
    .optional(),
}

const appSchema = z.strictObject(keys)

export const configSchema = z.strictObject({
  requires: z
    .string()
    .describe(
      'Versions of Wherry this file is written for, as npm writes ranges: `~1.4`. Another version refuses to run.',
    )
    .optional(),
  ...keys,
  apps: z
    .record(appName, appSchema)
    .describe(
      'Several apps of one repository, each with the keys of this file under `[apps.NAME]`. What stands outside holds for all of them. Commands take all, or one with --app NAME.',
    )
    .meta({ examples: [{ api: { root: 'api' }, admin: { root: 'admin' } }] })
    .optional(),
})

/** The file as it is. */
export type ConfigFile = z.infer<typeof configSchema>
/** What holds for one app. */
export type Config = z.infer<typeof appSchema>
