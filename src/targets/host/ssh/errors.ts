import { defineError } from '../../../kit/error.ts'

export const hostKeyUnknown = defineError({
  code: 'host-key-unknown',
  title: 'The server’s host key is not known',
  help: 'Whoever answers at an address may be anybody; the host key says who. Wherry accepts none unasked. Compare the fingerprint with what the server’s provider shows, or with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on its console, and accept it with `--accept-host-key SHA256:…`: it is written to `wherry/known_hosts` in your config directory. A key in ~/.ssh/known_hosts is known already.',
})

export const hostKeyChanged = defineError({
  code: 'host-key-changed',
  title: 'The server shows another host key than before',
  help: 'Somebody else may be answering at its address. Wherry sends nothing, and no option lets it. When the server was made anew, remove its old key from the file that the error names, and accept the new one as for an unknown key.',
})

export const hostUnreachable = defineError({
  code: 'host-unreachable',
  title: 'The server cannot be reached',
  help: 'Its name has no address, nothing answers on the port of SSH, or the connection was closed before it was made. What serves there, serves on. Check the address, the port and the firewall; `ssh -v` to the same destination says more.',
  exit: 75,
})

export const sshDenied = defineError({
  code: 'ssh-denied',
  title: 'The server lets nobody in with these keys',
  help: 'None of the keys that ssh offers opens an account of that name there. Wherry asks for no password: put your public key into ~/.ssh/authorized_keys of that user (`ssh-copy-id`), load the key with `ssh-add` when it has a passphrase, or name its file with `identity`.',
})

export const noSsh = defineError({
  code: 'no-ssh-client',
  title: 'This machine has no ssh',
  help: 'Servers are reached by the OpenSSH client, so that keys, agents and ~/.ssh/config work as you know them. Install it: openssh-client on Debian and Ubuntu.',
})

export const connectionLost = defineError({
  code: 'connection-lost',
  title: 'The connection to the server broke',
  help: 'It was cut in the middle of the command. The server finishes the step it is at; the release that serves, serves on. The next command looks and repairs what was left half done, and layers that were sent are not sent again.',
  exit: 11,
})

export const hostWithoutSandbox = defineError({
  code: 'host-without-sandbox',
  title: 'The server cannot run sandboxes',
  help: 'Releases run in sandboxes of Linux namespaces, which need no daemon: as root, or as a normal user where the kernel (5.11 or newer) lets normal users make user namespaces. The error says what the server’s kernel refuses, as `wherry doctor` would say it there.',
})

export const otherArchitecture = defineError({
  code: 'other-architecture',
  title: 'The server has another kind of processor than the image',
  help: 'Images are made for amd64 and arm64, whichever the server says it is. This one is of another kind, or the image was made for a machine of another architecture.',
})

export const otherRepository = defineError({
  code: 'other-repository',
  title: 'Another repository releases an app of this name there',
  help: 'Two repositories call their apps the same and ship to the same server under the same target. One would replace the other and see its data. Repositories are told apart by their remote, first commit and directory. Give one of them another `name`, or say with `--adopt` that it is the same app from another repository.',
})

export const severalHosts = defineError({
  code: 'several-hosts',
  title: 'The target names several servers',
  help: 'A target of type `host` is one server at present. Give each server a target of its own.',
  exit: 2,
})

export const damagedLayer = defineError({
  code: 'damaged-layer',
  title: 'The server refused a layer',
  help: 'What arrived has not the hash it was announced with, or is no layer that can be laid out safely. Nothing of it was kept. Send it again; when it happens every time, make the image anew after `wherry cache prune`.',
})
