import { defineError } from '../kit/error.ts'

export const sandboxUnavailable = defineError({
  code: 'sandbox-unavailable',
  title: 'This machine cannot run sandboxes',
  help: 'The sandbox engine needs Linux namespaces and overlayfs: as root, or as a normal user where the kernel (5.11 or newer) lets normal users make user namespaces. Ubuntu from 23.10 on forbids it by AppArmor, some distributions by a sysctl, most containers by their seccomp profile. The error says which of these was met. Run as root, change the setting it names, or use the docker or podman engine. `wherry doctor` says what this machine has.',
})

export const engineUnavailable = defineError({
  code: 'engine-unavailable',
  title: 'The container engine does not answer',
  help: 'Docker or podman was asked for (WHERRY_ENGINE) or is needed because this machine cannot run sandboxes, and no socket of it answers. Docker is looked for at DOCKER_HOST, the docker context in use, and the usual sockets; podman at CONTAINER_HOST, the socket of the user and that of the machine. `wherry doctor` lists what was tried.',
})

export const engineRefused = defineError({
  code: 'engine-refused',
  title: 'The container engine refused',
  help: 'Docker or podman answered, and would not do what was asked of it: its own message is the reason. Often its disk is full, or a policy of the machine forbids what was asked.',
})

export const programNotStarted = defineError({
  code: 'program-not-started',
  title: 'The program in the image could not be started',
  help: 'The container was ready, but the program does not exist in the image, cannot be executed by the user it runs as, or its working directory is missing. The error names the program and the reason the kernel gave.',
})

export const mountFailed = defineError({
  code: 'mount-failed',
  title: 'A file or directory could not be mounted into the container',
  help: 'What was to be mounted does not exist on this machine, cannot be read by this user, or its place in the image cannot be made, for example below a read-only mount or on top of a file of another kind. The error names the place.',
})

export const buildFailed = defineError({
  code: 'dockerfile-build-failed',
  title: 'The repository’s own Dockerfile does not build',
  help: '`image.dockerfile` names it, and docker, podman or buildah ended with an error. The error brings the last lines of the build; the same command of docker shows them all. A base image that needs a login has to be pulled first, with `docker pull`.',
})
