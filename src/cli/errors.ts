import { defineError } from '../kit/error.ts'

export const notReleased = defineError({
  code: 'not-released',
  title: 'Nothing of this repository has been released here',
  help: 'The command asks about an app on this machine that was never started here, or was started from another copy of the repository. `wherry up` releases it. With `--to` the same is said of a target: `wherry ship --to NAME` releases it there.',
})

export const badArgument = defineError({
  code: 'bad-argument',
  title: 'An argument or option has a value that makes no sense',
  help: 'The error names the argument and what it takes.',
  exit: 2,
})

export const imageNotHere = defineError({
  code: 'image-not-here',
  title: 'The image is not in the cache any more',
  help: 'A release keeps running from its unpacked layers; the image they came from may have been pruned from the cache. Compare with an archive that `wherry image --out` wrote, or with a wherry.lock.',
})

export const cacheInUse = defineError({
  code: 'cache-in-use',
  title: 'Another Wherry is at work with the cache',
  help: '`wherry cache prune` removes nothing while an image is made: whoever makes it has found entries already and goes by them. What is left of processes that are gone was removed.',
  exit: 75,
})

export const machineRefuses = defineError({
  code: 'machine-refuses',
  title: 'The operating system refuses a file or a resource',
  help: 'A file cannot be read or written for want of a right, on a file system that is read-only or full, or because too many files are open. The error names the file. Wherry keeps its cache in WHERRY_CACHE (else `wherry` in the user’s cache directory) and what runs in WHERRY_STATE: set them to directories that you own.',
})

export const cancelledInput = defineError({
  code: 'cancelled-input',
  title: 'Nothing was typed where a value was asked for',
  help: 'Ctrl-C or Ctrl-D ended the prompt. Nothing was changed.',
})
