import { defineError } from '../kit/error.ts'

export const invalidConfig = defineError({
  code: 'invalid-config',
  title: 'The configuration is not valid',
  help: 'wherry.toml or [tool.wherry] holds a key that does not exist, a value of the wrong kind, or no valid TOML. The error names the file, the path of the key, and the nearest key that exists.',
  exit: 2,
})

export const wrongVersion = defineError({
  code: 'wrong-version',
  title: 'The configuration is written for another version of Wherry',
  help: 'The key `requires` names the versions of Wherry that this repository is known to work with; the one that runs is not among them. Run the version it asks for, or change the range after trying.',
  exit: 2,
})
