import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defaultCacheRoot } from '../../kit/cache.ts'
import { sandboxUnavailable } from '../errors.ts'
import { findPython } from './python.ts'

export interface SandboxOptions {
  /** Layers whose Python may run outside of the sandbox to enter it: ours, made from signed packages. */
  readonly trustedLayers?: readonly string[]
  /** An argv that starts a Python ≥ 3.9, instead of looking for one. */
  readonly python?: readonly [string, ...string[]]
  /** A directory to use as a mount point; `sandbox` in the cache without it. Made when missing, never written to. */
  readonly scratch?: string
}

export interface SandboxCommand {
  /** What starts runtime/sandbox.py; append the places of the spec and of the report (`fd:3`, `fd:4`, or paths). */
  readonly argv: readonly [string, ...string[]]
  readonly scratch: string
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
  const scratch = options.scratch ?? join(defaultCacheRoot(), 'sandbox')
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  return { argv: [...python, '-I', '-S', '-X', 'utf8', script], scratch }
}

const script = fileURLToPath(new URL('../../../runtime/sandbox.py', import.meta.url))
