import type { Entry, FileEntry, LinkEntry } from '../model/tree.ts'

/**
 * What the maintainer scripts of the base's packages would have made, written here because no script of a package is ever run:
 * base-passwd (users), base-files (links, directories), libc-bin (nsswitch.conf), tzdata (local time), ca-certificates (the bundle).
 */
export function generatedEntries(): Entry[] {
  return [
    file('etc/passwd', passwd),
    file('etc/group', group),
    // glibc looks into files and DNS only: there is no daemon in an image.
    file('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n'),
    // Engines mount their own over these three; where they do not, and the root is read-only, there must be something.
    file('etc/hosts', '127.0.0.1\tlocalhost\n::1\tlocalhost\n'),
    file('etc/hostname', ''),
    file('etc/resolv.conf', ''),
    file('etc/timezone', 'Etc/UTC\n'),
    link('etc/localtime', '/usr/share/zoneinfo/Etc/UTC'),
    link('etc/mtab', '/proc/mounts'),
    link('var/run', '/run'),
    link('var/lock', '/run/lock'),
    { kind: 'directory', path: 'run/lock', mode: 0o1777 },
    { kind: 'directory', path: 'tmp', mode: 0o1777 },
    { kind: 'directory', path: 'var/tmp', mode: 0o1777 },
    { kind: 'directory', path: 'root', mode: 0o700 },
    { kind: 'directory', path: 'home/app', mode: 0o755, owner: appUser },
    // Debian builds OpenSSL with this directory; its openssl package would bring the links, and a program nobody calls.
    link('usr/lib/ssl/certs', '/etc/ssl/certs'),
    link('usr/lib/ssl/cert.pem', '/etc/ssl/certs/ca-certificates.crt'),
  ]
}

/** The user every process of an app runs as, and its group. */
export const appUser = 10001

const nologin = '/usr/sbin/nologin'

/** Of Debian's fixed users (Policy 9.2.2) those that programs look up by name. */
const passwd = [
  'root:x:0:0:root:/root:/bin/sh',
  `daemon:x:1:1:daemon:/usr/sbin:${nologin}`,
  `www-data:x:33:33:www-data:/var/www:${nologin}`,
  `nobody:x:65534:65534:nobody:/nonexistent:${nologin}`,
  `app:x:${appUser}:${appUser}:app:/home/app:${nologin}`,
  '',
].join('\n')

const group = [
  'root:x:0: daemon:x:1: adm:x:4: tty:x:5: mail:x:8: www-data:x:33: staff:x:50: users:x:100:'.split(' '),
  `app:x:${appUser}: nogroup:x:65534:`.split(' '),
  '',
]
  .flat()
  .join('\n')

/** Directories that are links into usr/ (usr-merge), as base-files makes them since Debian 13 and usrmerge before. */
export function usrMergeLinks(directories: Iterable<string>): LinkEntry[] {
  const below = new Set(directories)
  return ['bin', 'lib', 'lib32', 'lib64', 'libx32', 'sbin']
    .filter(name => below.has(`usr/${name}`))
    .map(name => link(name, `usr/${name}`))
}

export function file(path: string, text: string): FileEntry {
  const data = new TextEncoder().encode(text)
  return { kind: 'file', path, mode: 0o644, size: data.length, bytes: { data } }
}

export function link(path: string, target: string): LinkEntry {
  return { kind: 'link', path, target }
}
