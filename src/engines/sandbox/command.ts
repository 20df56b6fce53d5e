import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheHome } from '../../kit/user-places.ts'
import { sandboxUnavailable } from '../errors.ts'
import { findPython } from './python.ts'

export interface SandboxOptions {
  /** Layers whose Python may run outside of the sandbox to enter it: ours, made from signed packages. */
  readonly trustedLayers?: readonly string[]
  /** An argv that starts a Python ≥ 3.9, instead of looking for one. */
  readonly python?: readonly [string, ...string[]]
  /** Where the mount point and the compiled runtime lie; the content cache without it. Must belong to whoever runs sandboxes. */
  readonly cache?: string
}

export interface SandboxCommand {
  /** What starts runtime/sandbox.py; append the places of the spec and of the report (`fd:3`, `fd:4`, or paths). */
  readonly argv: readonly [string, ...string[]]
  readonly places: Places
}

/** The parts of a spec that belong to this machine, not to the container. */
export interface Places {
  /** An existing directory that holds neither layers nor mounts: a mount point in the sandbox's own namespace. */
  readonly scratch: string
  /** Where Python keeps runtime/ compiled, for this version of it; null to compile it each time. */
  readonly cache: string | null
}

/** How to start sandboxes on this machine. Throws `sandbox-unavailable` where that is clear before trying. */
export async function sandboxCommand(options: SandboxOptions = {}): Promise<SandboxCommand> {
  if (process.platform !== 'linux') {
    throw sandboxUnavailable({
      what: 'This machine cannot run sandboxes.',
      why: `They are made of Linux namespaces, and this is ${process.platform === 'darwin' ? 'macOS' : process.platform}.`,
      next: 'Use the docker or podman engine, whose machines run Linux.',
    })
  }
  const python = options.python ?? (await findPython(options.trustedLayers))
  if (!python) {
    throw sandboxUnavailable({
      what: 'This machine cannot run sandboxes.',
      why: 'They are entered by a Python 3.9 or newer, and neither this machine nor the image has one that can be used.',
      next: 'Install python3, or use the docker or podman engine.',
    })
  }
  const root = options.cache ?? cacheHome()
  const scratch = join(root, 'sandbox')
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  const cache = join(root, 'sandbox-code', await runtimeVersion())
  return { argv: [...python, '-I', '-S', '-X', 'utf8', script], places: { scratch, cache } }
}

const runtime = fileURLToPath(new URL('../../../runtime/', import.meta.url))
const script = join(runtime, 'sandbox.py')

/** Python knows a compiled file by the source's time and size, and npm gives all files of all versions the same time. */
async function runtimeVersion(): Promise<string> {
  const names = (await readdir(join(runtime, 'sandboxing'))).filter(name => name.endsWith('.py'))
  const hash = createHash('sha256')
  for (const name of names.sort()) hash.update(await readFile(join(runtime, 'sandboxing', name)))
  return hash.digest('hex').slice(0, 16)
}
