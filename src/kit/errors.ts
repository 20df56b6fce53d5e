import { defineError } from './error.ts'

export const downloadFailed = defineError({
  code: 'download-failed',
  title: 'A download failed',
  help: 'A server could not be reached, answered with an error, or stalled, after several attempts. The error names the address. Check the network, the proxy and the mirror settings, then run the command again: what was downloaded before is kept.',
  exit: 75,
})

export const wrongHash = defineError({
  code: 'wrong-hash',
  title: 'A download is not what was promised',
  help: 'The bytes a server sent have another hash or size than the lock or the signed index says. Nothing of it was used. A stale mirror is the usual cause; a changed file under the same name is the dangerous one. Try another mirror; if the hash stays wrong, do not override it.',
})

export const diskFull = defineError({
  code: 'disk-full',
  title: 'The disk is full',
  help: 'Nothing more can be written where the error says: to the content cache (WHERRY_CACHE, else `wherry` in the user’s cache directory), to the repository, or to the place of a release on its host. What was made completely is kept, what was half made is gone, and what served before serves on. Free some space, or set WHERRY_CACHE to a directory on a larger disk, then run the command again.',
  exit: 75,
})
