import { Buffer } from 'node:buffer'
import type { ImageConfig, Layer } from '../model/image.ts'
import { canonicalJson } from './canonical-json.ts'
import { badImageConfig } from './errors.ts'

/**
 * The bytes of an image config (image-spec config.md). One history entry per layer, for Docker refuses more and Lambda is
 * reported to refuse fewer; `created` comes from the inputs. Throws `bad-image-config`.
 */
export function encodeConfig(layers: readonly Layer[], config: ImageConfig): Uint8Array {
  checkConfig(config)
  const json = canonicalJson({
    architecture: config.architecture,
    os: 'linux',
    created: config.created,
    config: {
      User: config.user,
      Env: Object.keys(config.env)
        .sort()
        .map(name => `${name}=${config.env[name]}`),
      Entrypoint: config.entrypoint,
      Cmd: config.command,
      WorkingDir: config.workingDirectory,
      Labels: Object.keys(config.labels).length === 0 ? undefined : config.labels,
    },
    rootfs: { type: 'layers', diff_ids: layers.map(layer => layer.diffId) },
    history: layers.map(layer => ({ created: config.created, created_by: layer.what })),
  })
  return Buffer.from(json)
}

function checkConfig(config: ImageConfig): void {
  // A name would be looked up in the image's /etc/passwd, which need not have it; both engines fail only at the start.
  if (!/^\d{1,10}:\d{1,10}$/.test(config.user))
    throw refuse('user', config.user, 'it is not numeric, as in 10001:10001')
  for (const [name, value] of Object.entries(config.env)) {
    if (!/^[^=\u0000-\u0020\u007F]+$/.test(name)) throw refuse('environment name', name, 'engines cannot set it')
    if (value.includes('\0')) throw refuse('environment value', name, 'it holds a NUL character')
  }
  for (const word of [...config.entrypoint, ...config.command])
    if (word.includes('\0')) throw refuse('command', word, 'it holds a NUL character')
  if (config.entrypoint.length + config.command.length === 0) throw refuse('command', '', 'there is none')
  checkWorkingDirectory(config.workingDirectory)
  const created = config.created
  if (
    !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(created) ||
    Number.isNaN(Date.parse(created))
  )
    throw refuse('creation time', created, 'it is not RFC 3339')
}

/** runc followed /proc/self/fd/N out of the container (CVE-2024-21626): kernel file systems are no place to start in. */
function checkWorkingDirectory(path: string): void {
  const parts = path.slice(1).split('/')
  const isNormal = path === '/' || parts.every(part => part !== '' && part !== '.' && part !== '..')
  if (!path.startsWith('/') || !isNormal || /[\u0000-\u001F\u007F]/.test(path))
    throw refuse('working directory', path, 'it is not an absolute, plain path')
  if (['proc', 'sys', 'dev'].includes(parts[0] ?? ''))
    throw refuse('working directory', path, 'it belongs to the kernel')
}

function refuse(what: string, value: string, why: string): Error {
  return badImageConfig({
    what: `The ${what} ${JSON.stringify(value.slice(0, 200))} cannot be put into an image.`,
    why,
    next: 'Change it in the configuration.',
  })
}
