import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import type { MachineFacts } from './explain.ts'

/** Reads what explains a refusal. Only asked after one, so it costs a working machine nothing. */
export function machineFacts(): MachineFacts {
  return {
    root: process.geteuid?.() === 0,
    kernel: release(),
    appArmorRestricts: setting('kernel/apparmor_restrict_unprivileged_userns'),
    usernsClone: setting('kernel/unprivileged_userns_clone'),
    maxUserNamespaces: setting('user/max_user_namespaces'),
    inContainer:
      existsSync('/.dockerenv') ||
      existsSync('/run/.containerenv') ||
      process.env['KUBERNETES_SERVICE_HOST'] !== undefined,
  }
}

function setting(name: string): string | null {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim()
  } catch {
    return null
  }
}
