import { defineError } from '../../kit/error.ts'

export const rolledBack = defineError({
  code: 'rolled-back',
  title: 'The release failed, and the one before serves on',
  help: 'Something went wrong before the new release was known to serve. Everything was taken back in the reverse order; the release before answers as it did. The error names the cause with its own code and brings its evidence. Mend that and release again.',
  exit: 10,
})

export const cancelled = defineError({
  code: 'cancelled',
  title: 'The command was cancelled',
  help: 'It was interrupted (Ctrl-C, SIGTERM) and stopped at the next safe point. What it had done was taken back.',
})

export const unknownState = defineError({
  code: 'unknown-state',
  title: 'The release failed and could not be taken back whole',
  help: 'A step failed, and taking back what was done failed too: the host stopped answering, or its disk is full. What serves now cannot be said from here. `wherry recover` looks and repairs; `wherry status` tells what serves.',
  exit: 11,
})
