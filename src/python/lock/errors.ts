import { defineError } from '../../kit/error.ts'

export const invalidLock = defineError({
  code: 'invalid-lock',
  title: 'A lock file cannot be read',
  help: 'A lock file (uv.lock, poetry.lock, pdm.lock, Pipfile.lock, pylock.toml) is damaged, or of a format newer than Wherry knows. Make it again with the tool that wrote it; a merge conflict is the usual cause of damage.',
})
