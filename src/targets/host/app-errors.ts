import { defineError } from '../../kit/error.ts'

/** How a new release can fail to serve. Each brings the app's last lines, for nothing else says why. */

export const appExited = defineError({
  code: 'app-exited',
  title: 'The app ended while it was being started',
  help: 'The process `web` of the new release ended before it answered. The error brings its last lines, mostly a traceback: an import that fails, a setting or a variable that is missing, a service that cannot be reached. It was never switched to.',
})

export const appFinished = defineError({
  code: 'app-finished',
  title: 'The app ended without an error instead of serving',
  help: 'The process `web` ended with exit code 0: it is a program that does its work and ends, or a server that goes to the background (`daemon = True`). Let the command stay in the foreground.',
})

export const appOutOfMemory = defineError({
  code: 'app-out-of-memory',
  title: 'The app needed more memory than it may use',
  help: 'The kernel killed the app while it was being started, because its memory limit was reached. Raise the limit, start fewer workers (WEB_CONCURRENCY), or import less.',
})

export const appNeverListened = defineError({
  code: 'app-never-listened',
  title: 'The app did not start to serve in time',
  help: 'The process `web` runs, but answered nothing on the socket it was given within the start time-out. Either it is busy or waits for a service, or it listens on a port of its own, which the error then names. `release.start-timeout` in the config says how long is waited.',
})

export const appUnhealthy = defineError({
  code: 'app-unhealthy',
  title: 'The new release answers with an error',
  help: 'The app started, but answers its health path with a status of 500 or more. The error brings its last lines. `release.health-path` in the config names another path to ask.',
})

export const releaseProcessFailed = defineError({
  code: 'release-process-failed',
  title: 'The release process failed',
  help: 'The command that prepares a release (migrations, mostly) ended with an error, so nothing was switched and the release before serves on. It may have done a part of its work: the error says where the copy of the SQLite databases from before lies. Mend what it names, and release again: the command runs again then.',
})

export const notServing = defineError({
  code: 'not-serving',
  title: 'The release does not serve when asked from outside',
  help: 'After the switch the release was asked through nginx, and a check failed; the error says which. It was switched back to the release before.',
})
