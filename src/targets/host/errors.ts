import { defineError } from '../../kit/error.ts'

export const locked = defineError({
  code: 'locked',
  title: 'Another command is changing this app',
  help: 'One command at a time may change an app on a host. The lock ends with the command that holds it, or, when that command was cut off from the host, by itself after a minute. Wait for it, or take it by force with `wherry recover`: what the other one does after that is refused.',
  exit: 12,
})

export const fenced = defineError({
  code: 'fenced',
  title: 'Another command took over while this one worked',
  help: 'This command lost its lock: it was paused or cut off for longer than the lock lasts, or somebody ran `wherry recover`. The host refused its last change, and it changed nothing after that. `wherry status` shows what serves.',
  exit: 12,
})

export const lockLost = defineError({
  code: 'lock-lost',
  title: 'The lock could not be renewed in time',
  help: 'The host did not answer for so long that the lock may run out, so this command stopped changing things. What serves, serves on. `wherry recover` repairs what was left half done.',
  exit: 11,
})

export const corruptJournal = defineError({
  code: 'corrupt-journal',
  title: 'The journal of an app on a host is damaged',
  help: 'The record of what was done there does not fit together: it was cut, changed, or the disk lost a part of it. Nothing is changed while that is so; what serves, serves on. `wherry recover` keeps the damaged journal aside and goes on from what can be seen on the host.',
  exit: 11,
})

export const newerState = defineError({
  code: 'newer-state',
  title: 'The app was last changed by a newer Wherry',
  help: 'A newer version wrote the state on this host in a form that this one does not know. Use that version or a newer one.',
})

export const pathTooLong = defineError({
  code: 'path-too-long',
  title: 'The place of the app on the host has too long a path',
  help: 'A Unix socket’s path holds 107 bytes (unix(7)), and the app’s socket lies below the place of its state. Choose a shorter one with WHERRY_STATE.',
})

export const portInUse = defineError({
  code: 'port-in-use',
  title: 'Another program listens on the port',
  help: 'The address the edge is to listen on is taken. The error names the program where this user may see it. Stop that program, or choose another port with `--port`.',
})

export const portForbidden = defineError({
  code: 'port-forbidden',
  title: 'This user may not listen on the port',
  help: 'Ports below 1024 belong to root (the sysctl net.ipv4.ip_unprivileged_port_start says from where on they do not). Choose another port with `--port`, or run Wherry as root.',
})

export const addressNotHere = defineError({
  code: 'address-not-here',
  title: 'The address to listen on is none of this host',
  help: 'The host has no network interface with that address, or no IPv6. Listen on 127.0.0.1 to be reached from the host only, or on 0.0.0.0 to be reached from everywhere.',
})

export const noPython = defineError({
  code: 'no-python-on-host',
  title: 'The host has no Python for the agent',
  help: 'The agent keeps releases running and makes changes in one piece. It needs Python 3.9 or newer: the host’s own, or that of an image that was made there.',
})

export const agentFailed = defineError({
  code: 'agent-failed',
  title: 'The agent on the host failed',
  help: 'The program that makes changes on the host ended with an error of its own, or could not write its files. What serves, serves on.',
  exit: 11,
})

export const hostError = defineError({
  code: 'host-error',
  title: 'The host refused a change',
  help: 'The operating system of the host said no: a missing right, a read-only file system, a damaged disk. The error brings its words.',
})

export const holderFailed = defineError({
  code: 'holder-failed',
  title: 'The process that keeps releases running does not start',
  help: 'The holder parents the edge and the releases of one app. It ended at once or did not answer; its own log, named by the error, says why.',
})

export const noImage = defineError({
  code: 'release-not-here',
  title: 'There is no such release on the host',
  help: 'The release was never made here, failed, or was pruned. `wherry status` lists those that can be switched to; `release.keep` in the config says how many are kept.',
})

export const nothingReleased = defineError({
  code: 'nothing-released',
  title: 'Nothing of this app is released here',
  help: 'The command needs a release that serves, or served before. Run `wherry up` first.',
})

export const noEdge = defineError({
  code: 'no-nginx-in-image',
  title: 'The image holds no nginx for the edge',
  help: 'The nginx in front of the app comes from the image, so that a host needs none of its own. This image has none at /usr/sbin/nginx. Use the `debian` base, or add the package `nginx` to it.',
})

export const edgeRefused = defineError({
  code: 'edge-refused',
  title: 'nginx refused its configuration',
  help: 'The configuration was tested in the sandbox nginx runs in before it was used, and nginx found a mistake. The running nginx was left as it was. The error brings nginx’s own words; directives of your own in the config are the usual cause.',
})

export const certificateUnusable = defineError({
  code: 'certificate-unusable',
  title: 'The certificate of a target cannot be used',
  help: 'The files that `tls` of a target names are judged before anything is sent: both must be PEM, the key must be the certificate’s own and have no passphrase, the certificate must be valid today and name every one of `domains`.',
})

export const certificateNotIssued = defineError({
  code: 'certificate-not-issued',
  title: 'No certificate could be fetched for the names',
  help: 'An ACME server such as Let’s Encrypt gives a certificate once it has seen, on port 80 of every name, a file that the server puts there. The names must lead to the server, a firewall must let port 80 through, and the server must reach the ACME server. Until it is fetched nginx answers with a certificate that browsers do not trust. The next ship tries again; `wherry status` shows how it stands.',
})
