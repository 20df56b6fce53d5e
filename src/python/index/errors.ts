import { defineError } from '../../kit/error.ts'

export const uvNotFound = defineError({
  code: 'uv-not-found',
  title: 'uv is needed and cannot be had',
  help: 'Requirements without a lock are resolved by uv. No recent uv is on the PATH, and none could be brought: no setting of pip or uv names a package index, no pip could be asked for its own, or the index holds no uv for this machine. Install uv, or name the index with UV_DEFAULT_INDEX or PIP_INDEX_URL.',
})

export const indexRefused = defineError({
  code: 'index-refused',
  title: 'A package index refused the download',
  help: 'A server that holds distributions wants credentials, or does not accept those it got. They are read from netrc, from index addresses in the settings of pip and uv, and from UV_INDEX_NAME_USERNAME and UV_INDEX_NAME_PASSWORD, and are only sent to the server they are set for.',
})

export const distributionGone = defineError({
  code: 'distribution-gone',
  title: 'A locked distribution is no longer there',
  help: 'The server answers that the file a lock names does not exist. It was deleted, or the lock was made with another index. Lock again, or name the index that holds it.',
})
