import { isIP } from 'node:net'
import type { Container } from '../engine.ts'
import type { Places } from './command.ts'

/** The JSON that runtime/sandbox.py reads; its docstring is the reference. */
export interface Spec extends Omit<Container, 'image'>, Places {
  readonly parent: number | null
  readonly probe?: true
}

export interface SpecOptions {
  readonly places: Places
  /** The process that must still be there when the sandbox starts; null when whoever starts it is not known yet. */
  readonly parent: number | null
}

/** Throws a plain Error for what no caller may pass: a NUL would cut a text short, a relative path would mean another place. */
export function specOf(container: Container, options: SpecOptions): Spec {
  const { image: _, ...rest } = container
  const spec = { ...rest, ...options.places, parent: options.parent }
  for (const text of texts(spec)) {
    if (text.includes('\0')) throw new Error(`sandbox: a NUL character in ${JSON.stringify(text)}`)
  }
  for (const path of paths(spec)) {
    if (!path.startsWith('/')) throw new Error(`sandbox: not an absolute path: ${JSON.stringify(path)}`)
  }
  for (const name of Object.keys(spec.env)) {
    if (name === '' || name.includes('=')) throw new Error(`sandbox: not a name of a variable: ${JSON.stringify(name)}`)
  }
  if (!/^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/.test(spec.hostname)) {
    throw new Error(`sandbox: not a host name: ${JSON.stringify(spec.hostname)}`)
  }
  for (const [name, address] of Object.entries(spec.hosts ?? {})) {
    if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/.test(name) || isIP(address) === 0)
      throw new Error(`sandbox: not a host and its address: ${JSON.stringify([name, address])}`)
  }
  return spec
}

function texts(spec: Spec): string[] {
  return [...spec.argv, ...Object.entries(spec.env).flat(), spec.cwd, ...paths(spec)]
}

/** The working directory is not among them: it comes from the image, and the sandbox refuses it by name. */
function paths(spec: Spec): string[] {
  const upper = typeof spec.root === 'string' ? [] : [spec.root.upper]
  const mounts = spec.mounts.flatMap(mount => [mount.from, mount.to])
  return [...spec.layers, ...upper, ...mounts, ...spec.tmpfs.map(mount => mount.to), spec.scratch]
}
