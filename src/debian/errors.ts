import { defineError } from '../kit/error.ts'

export const noDebianMirror = defineError({
  code: 'no-debian-mirror',
  title: 'No Debian or Ubuntu archive is known',
  help: 'The base of the image is assembled from signed Debian or Ubuntu packages, and nothing says where to fetch them: no lock, no WHERRY_DEBIAN_MIRROR, and no entry for that distribution in the apt sources of this machine. Set WHERRY_DEBIAN_MIRROR to the address of an archive and, for Debian, the address of its security archive, separated by a space.',
})

export const noSecurityPocket = defineError({
  code: 'no-security-pocket',
  title: 'The archive is known, its security updates are not',
  help: 'Packages would be fetched without their security updates. Debian keeps them in a second archive: add its address to WHERRY_DEBIAN_MIRROR, or the SUITE-security entry to the apt sources.',
})

export const suiteNotFound = defineError({
  code: 'suite-not-found',
  title: 'The archive does not have this suite',
  help: 'The address answers, but holds no InRelease file for the suite, or Wherry does not know the suite. The error lists the suites that can be used. A company mirror may carry only some suites: choose one it has, or another mirror.',
})

export const wrongSignature = defineError({
  code: 'wrong-signature',
  title: 'An archive is not signed by the keys of its distribution',
  help: 'The InRelease file names every package by hash and must be signed by the archive keys that ship with Wherry. This one is not: the address belongs to someone else, a proxy changed the file, or the suite is newer than this Wherry. Nothing was used. Check the address, update Wherry; there is no way to go on without a signature.',
})

export const archiveOutOfDate = defineError({
  code: 'archive-out-of-date',
  title: 'The signed index of an archive is not valid now',
  help: 'The InRelease file says until when it may be used, so that nobody can hold back security updates by serving an old one. Either the mirror has stopped following its source, or the clock of this machine is wrong. A frozen snapshot is used on purpose by `Check-Valid-Until: no` in its apt source.',
})

export const badArchive = defineError({
  code: 'bad-archive',
  title: 'The index of an archive cannot be read',
  help: 'A signed index lacks what every Debian archive has, or cannot be unpacked. Usually the address is that of a part of an archive, or of another kind of repository.',
})

export const packageNotFound = defineError({
  code: 'package-not-found',
  title: 'No package of that name',
  help: 'The archive has no package of that name for this suite and architecture, and none that provides it. Names differ between suites: the error lists the nearest ones.',
})

export const unsatisfiableDependency = defineError({
  code: 'unsatisfiable-dependency',
  title: 'A package needs what the archive does not have',
  help: 'No alternative of a dependency can be installed with the versions in the archive. The error shows the chain that leads there. A mirror in the middle of an update is the usual cause: try again later.',
  exit: 75,
})

export const basePackageGone = defineError({
  code: 'base-package-gone',
  title: 'A locked Debian package has left the mirror',
  help: 'The lock names a package by hash that is neither in the cache nor on the mirror: archives drop a version when a newer one replaces it. Run `wherry update` to take the newer one, or set WHERRY_DEBIAN_MIRROR to a snapshot that still has it.',
})

export const badDeb = defineError({
  code: 'bad-deb',
  title: 'A Debian package is broken or hostile',
  help: 'A package could not be read, or holds what no package may: a path that leaves the root, a device, a hard link out of the archive. Nothing of it was used.',
})

export const conflictingPackages = defineError({
  code: 'conflicting-packages',
  title: 'Two packages hold the same file',
  help: 'Two chosen packages bring different files of one path, so they cannot be installed together. The error names both: take one of them out.',
})
