import { defineError } from '../kit/error.ts'

export const noSuchTarget = defineError({
  code: 'no-such-target',
  title: 'The config has no target of that name',
  help: '--to names a target that wherry.toml does not have under [targets]. The error lists those it has. A target is a place where releases live: `[targets.production]` with `type = "host"` and `host = "deploy@203.0.113.5"` makes one of a server.',
  exit: 2,
})
