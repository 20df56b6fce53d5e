import { suiteNamed } from './suites.ts'

/** The packages a base is made of, asked for by name; what they need comes with them. */
export function basePackages(suite: string): readonly string[] {
  const { python } = suiteNamed(suite)
  return [
    'base-files', // os-release, the licences that copyright files refer to, the directories of the file hierarchy
    'ca-certificates',
    'dash', // /bin/sh: os.system and subprocess with shell=True, in apps and libraries, ask for it; 0.2 MB
    'libc-bin', // C.UTF-8, and ldconfig -p, which ctypes.util.find_library starts
    'ncurses-base', // descriptions of terminals, for Python's prompt in a container; 0.3 MB
    'media-types', // /etc/mime.types for the mimetypes module
    'netbase', // /etc/services and /etc/protocols for getservbyname and getprotobyname; 0.04 MB
    'python3',
    'tzdata',
    ...(bringsDistutils(python) ? ['python3-distutils'] : []),
    ...(legacyZones(suite) ? ['tzdata-legacy'] : []),
  ]
}

/** Added for an image that serves by itself: nginx in front, where no edge of ours stands there. */
export const nginxPackages: readonly string[] = ['nginx']

/** Python removed distutils in 3.12 (PEP 632); before that Debian keeps it in a package of its own. */
function bringsDistutils(python: string): boolean {
  return Number(python.split('.')[1]) < 12
}

/** Newer suites moved names such as US/Eastern out of tzdata; apps have them in their settings. */
function legacyZones(suite: string): boolean {
  return suite === 'trixie' || suite === 'noble'
}

/**
 * Packages that only serve maintainer scripts, which are not run, or administrators; dependencies on them count as met. What the
 * scripts would have made is in `generated.ts`.
 */
export const omittedPackages: readonly string[] = [
  'dpkg debconf cdebconf tar ucf install-info sensible-utils'.split(' '),
  'adduser passwd login base-passwd init-system-helpers lsb-base sysvinit-utils systemd'.split(' '),
  'perl-base perl mawk gawk original-awk bash coreutils debianutils diffutils findutils grep'.split(' '),
  'gzip hostname procps sed util-linux ncurses-bin readline-common'.split(' '),
  'iproute2', // nginx's init script asks it for listening sockets
  'openssl', // ca-certificates makes hashed links with it; the bundle is read instead
].flat()

/**
 * What compiled parts of Python packages are built with, beside the headers each needs: the compilers, and the programs that
 * configure scripts and makefiles take for granted (the Essential ones, which a base leaves out).
 */
export const compilerPackages: readonly string[] = [
  'gcc g++ libc6-dev make binutils patch pkgconf python3-dev'.split(' '),
  'bash coreutils diffutils file findutils grep gzip hostname mawk perl-base sed tar util-linux xz-utils'.split(' '),
].flat()

/** Packages that only serve maintainer scripts: nothing is built with them. */
export const compilerOmitted: readonly string[] = [
  'debconf cdebconf ucf install-info sensible-utils adduser passwd login base-passwd init-system-helpers'.split(' '),
  'sysvinit-utils systemd readline-common'.split(' '),
].flat()
