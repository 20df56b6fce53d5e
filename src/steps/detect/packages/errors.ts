import { defineError } from '../../../kit/error.ts'

export const conflictingLocks = defineError({
  code: 'conflicting-locks',
  title: 'Lock files of two package managers disagree',
  help: 'The repository holds lock files of more than one package manager, and they pin different things. Which one production should get is your decision: delete the one that is no longer kept up to date. Two locks that pin the same versions, or a lock whose header says that it was exported from the other, are no conflict.',
})

export const lockOutOfDate = defineError({
  code: 'lock-out-of-date',
  title: 'The lock file does not fit the manifest',
  help: "The manifest (pyproject.toml, Pipfile) asks for a package that the lock file lacks, or for versions that exclude the locked one. The lock was not made again after the manifest changed. Run the package manager's lock command and commit the result.",
})

export const computedDependencies = defineError({
  code: 'computed-dependencies',
  title: 'The dependencies are computed by a program',
  help: 'setup.py or a build backend computes the list of dependencies when it runs, and detection runs no code of the repository. Write the list as literals, or keep a requirements.txt or a lock beside it.',
})
