import { defineError } from '../kit/error.ts'

export const sandboxUnavailable = defineError({
  code: 'sandbox-unavailable',
  title: 'This machine cannot run sandboxes',
  help: 'The sandbox engine needs Linux namespaces and overlayfs: as root, or as a normal user where the kernel (5.11 or newer) lets normal users make user namespaces. Ubuntu from 23.10 on forbids it by AppArmor, some distributions by a sysctl, most containers by their seccomp profile. The error says which of these was met. Run as root, change the setting it names, or use the docker or podman engine.',
})

export const programNotStarted = defineError({
  code: 'program-not-started',
  title: 'The program in the image could not be started',
  help: 'The sandbox was ready, but the program does not exist in the image, cannot be executed by the user it runs as, or its working directory is missing. The error names the program and the reason the kernel gave.',
})

export const mountFailed = defineError({
  code: 'mount-failed',
  title: 'A file or directory could not be mounted into the sandbox',
  help: 'What was to be mounted does not exist on this machine, cannot be read by this user, or its place in the image cannot be made, for example below a read-only mount or on top of a file of another kind. The error names the place.',
})
