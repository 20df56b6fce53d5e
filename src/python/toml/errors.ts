import { defineError } from '../../kit/error.ts'

export const invalidToml = defineError({
  code: 'invalid-toml',
  title: 'A TOML file cannot be read',
  help: 'pyproject.toml, a lock file or another TOML file breaks the rules of TOML 1.0, so that no tool can read it. The error names the file and the line. Merge markers left over from git are a common cause in lock files.',
})
