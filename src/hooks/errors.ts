import { defineError } from '../kit/error.ts'

export const hookFailed = defineError({
  code: 'hook-failed',
  title: 'A hook failed',
  help: 'A program named under [hooks] in wherry.toml ended with an error, or could not be started. It runs in the repository, without a shell: pipes, globs and `&&` belong in a script of yours. The error brings its last lines. What was done before it stays done.',
})

export const hooksNotAllowed = defineError({
  code: 'hooks-not-allowed',
  title: 'The repository names programs to run that nobody allowed yet',
  help: 'The [hooks] of wherry.toml, and the commands under `secrets`, are programs that run on this machine with your rights, outside of every sandbox. Whoever can write to the repository could put one there, so they run only after you have read and allowed them: with --allow-hooks, once for each change of them, or in CI with WHERRY_HOOKS=allow in the environment.',
})
