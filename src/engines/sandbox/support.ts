import { isWherryError, type WherryError } from '../../kit/error.ts'
import type { Limits } from '../engine.ts'
import { sandboxCommand, type SandboxOptions } from './command.ts'
import { launch } from './launch.ts'

export type Support =
  | { readonly ok: true; readonly limits: Limits }
  | { readonly ok: false; readonly error: WherryError }

/** Whether this machine can run sandboxes, found by making one: no list of settings is as honest as the kernel's own answer. */
export async function sandboxSupport(options: SandboxOptions = {}): Promise<Support> {
  try {
    const command = await sandboxCommand(options)
    const launched = launch(command, { ...emptyContainer, ...command.places, parent: process.pid, probe: true }, [
      'ignore',
      'ignore',
      'ignore',
    ])
    const limits = await launched.started
    await launched.exited
    return { ok: true, limits }
  } catch (error) {
    if (isWherryError(error)) return { ok: false, error }
    throw error
  }
}

const emptyContainer = {
  layers: [],
  argv: ['none'],
  env: {},
  user: { uid: 10001, gid: 10001 },
  cwd: '/',
  root: 'read-only',
  mounts: [],
  tmpfs: [],
  network: 'none',
  hostname: 'probe',
  memoryLimit: 64 << 20,
  pidsLimit: 64,
} as const
