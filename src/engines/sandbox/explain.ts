import type { WherryError } from '../../kit/error.ts'
import { mountFailed, programNotStarted, sandboxUnavailable } from '../errors.ts'
import type { FailedStep } from './report.ts'

/** What of this machine decides whether sandboxes work; null where the setting does not exist. */
export interface MachineFacts {
  readonly root: boolean
  /** As uname says it: `6.1.0-28-amd64`. */
  readonly kernel: string
  /** kernel.apparmor_restrict_unprivileged_userns (Ubuntu ≥ 23.10). */
  readonly appArmorRestricts: string | null
  /** kernel.unprivileged_userns_clone (Debian's and Arch's own switch). */
  readonly usernsClone: string | null
  /** user.max_user_namespaces. */
  readonly maxUserNamespaces: string | null
  readonly inContainer: boolean
}

/** The error a user reads when a sandbox did not start. `argv0` and `cwd` name what was to be run. */
export function explain(
  failed: FailedStep,
  machine: MachineFacts,
  program: { argv0: string; cwd: string },
): WherryError {
  const why = failed.errno === null ? failed.text : `${failed.step}: ${failed.text}`
  if (failed.errno === 'EOVERFLOW') {
    // overlayfs's answer when it must copy something whose owner has no number in the user namespace.
    const what = 'A file of the image belongs to another user or group of this machine.'
    return mountFailed({ what, why, next: 'Remove the unpacked layers and let this user unpack them again.' })
  }
  if (failed.step === 'exec') {
    const next = 'Check the command and that the image contains it, for this architecture.'
    return programNotStarted({ what: `${program.argv0} could not be started in the sandbox.`, why, next })
  }
  if (failed.step === 'cwd') {
    const what = `The working directory ${program.cwd} cannot be used.`
    return programNotStarted({ what, why, next: 'Choose a directory that exists in the image.' })
  }
  if (failed.step === 'mount' || (failed.step === 'overlay' && failed.errno === 'ENOENT')) {
    const next = 'Check that it exists and that this user may read it.'
    return mountFailed({ what: 'A part of the sandbox could not be mounted.', why, next })
  }
  return sandboxUnavailable({ what: 'This machine cannot run sandboxes.', ...reason(failed, machine, why) })
}

function reason(failed: FailedStep, machine: MachineFacts, seen: string): { why: string; next: string } {
  const otherwise = 'or use the docker or podman engine'
  if (!machine.root && machine.appArmorRestricts === '1') {
    return {
      why: 'AppArmor forbids user namespaces to normal users (kernel.apparmor_restrict_unprivileged_userns is 1).',
      next: `Run Wherry as root, set that sysctl to 0, ${otherwise}.`,
    }
  }
  if (!machine.root && machine.usernsClone === '0') {
    return {
      why: 'Normal users may not make user namespaces (kernel.unprivileged_userns_clone is 0).',
      next: `Run Wherry as root, set that sysctl to 1, ${otherwise}.`,
    }
  }
  if (!machine.root && machine.maxUserNamespaces === '0') {
    return {
      why: 'No user namespaces are allowed (user.max_user_namespaces is 0).',
      next: `Run Wherry as root, raise that sysctl, ${otherwise}.`,
    }
  }
  if (!machine.root && failed.step === 'overlay' && olderThan(machine.kernel, 5, 11)) {
    return {
      why: `Linux ${machine.kernel} does not let normal users mount overlayfs; 5.11 and newer do.`,
      next: `Run Wherry as root, ${otherwise}.`,
    }
  }
  if (failed.errno === 'ENODEV') {
    return { why: `The kernel lacks a file system (${seen}).`, next: `Load the overlay kernel module, ${otherwise}.` }
  }
  if (machine.inContainer && (failed.errno === 'EPERM' || failed.errno === 'EACCES')) {
    return {
      why: `This is a container that may not make sandboxes of its own (${seen}).`,
      next: 'Give it the right (docker run --privileged), or run Wherry outside of it.',
    }
  }
  return { why: seen, next: `Run Wherry as root, ${otherwise}.` }
}

function olderThan(kernel: string, major: number, minor: number): boolean {
  const [, a, b] = /^(\d+)\.(\d+)/.exec(kernel) ?? []
  if (a === undefined) return false
  return Number(a) < major || (Number(a) === major && Number(b) < minor)
}
