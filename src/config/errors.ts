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

export const noSuchApp = defineError({
  code: 'no-such-app',
  title: 'The config has no app of that name',
  help: '--app names an app that wherry.toml does not have under [apps]. The error lists those it has.',
  exit: 2,
})

export const appNotChosen = defineError({
  code: 'app-not-chosen',
  title: 'The repository holds several apps, and the command is for one',
  help: 'wherry.toml has several [apps.NAME]. Most commands take all of them; one that brings an image to one place, goes back, or runs a program needs --app NAME.',
  exit: 2,
})
