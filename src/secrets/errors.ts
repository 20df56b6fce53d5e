import { defineError } from '../kit/error.ts'

export const noIdentity = defineError({
  code: 'no-identity',
  title: 'There is no key to read the secrets with',
  help: 'Secrets of an environment are encrypted for the people and machines named beside the file, each by a key of their own (an age identity). None was found here: neither `wherry/identity` in the user’s configuration directory (~/.config) nor WHERRY_AGE_IDENTITY or WHERRY_AGE_IDENTITY_FILE. `wherry secrets identity` makes one and prints its public half; somebody who can read the secrets adds that with `wherry secrets recipients add`. In CI, give the identity by one of the variables.',
})

export const notRecipient = defineError({
  code: 'not-a-recipient',
  title: 'The secrets are not encrypted for the key that is here',
  help: 'The file was read, and none of the identities given can open it. `wherry secrets identity` prints the public half of the one that is here; somebody who can read the secrets adds it with `wherry secrets recipients add NAME RECIPIENT --for ENVIRONMENT` and commits both files.',
})

export const badSecretsFile = defineError({
  code: 'bad-secrets-file',
  title: 'A file of secrets is damaged',
  help: 'The encrypted file of an environment, or the list of recipients beside it, is not what Wherry or age wrote: cut off, changed by hand or by a merge, or no regular file. Nothing of a damaged file is used. Take it back from version control, or remove it and set the secrets anew.',
})

export const secretsConflict = defineError({
  code: 'secrets-conflict',
  title: 'A merge left conflict markers in a file of secrets',
  help: 'Two branches changed the secrets of one environment, and encrypted text cannot be merged line by line. Take one side whole, for both files (`git checkout --ours` or `--theirs`), then run the other side’s `wherry secrets set`, `rm` or `recipients` commands again.',
})

export const identityExposed = defineError({
  code: 'identity-exposed',
  title: 'Others can read the identity',
  help: 'The file with the key to all your secrets may be read or written by other users of this machine. It must belong to you alone (mode 0600). If somebody may have read it: make a new identity, have it added, the old one removed, and change the values it could read.',
})

export const badIdentity = defineError({
  code: 'bad-identity',
  title: 'What should be an age identity is none',
  help: 'WHERRY_AGE_IDENTITY, the file that WHERRY_AGE_IDENTITY_FILE names, or the identity file holds something else than lines as `age-keygen` writes them: comments, and `AGE-SECRET-KEY-1…`. Identities of plugins and SSH keys are not taken.',
})

export const unknownSecret = defineError({
  code: 'unknown-secret',
  title: 'There is no secret, or no recipient, of that name',
  help: '`wherry secrets list --for ENVIRONMENT` shows the names of an environment’s secrets, `wherry secrets recipients --for ENVIRONMENT` those who can read them.',
})

export const secretInArguments = defineError({
  code: 'secret-in-arguments',
  title: 'A secret value was written on the command line',
  help: 'What stands on a command line is in the shell’s history and, while the command runs, in the machine’s list of processes. `wherry secrets set NAME` reads the value from a prompt that does not show it, or from standard input. A value that was already written there is known to that history: remove it there, or make a new one.',
  exit: 2,
})

export const badSecret = defineError({
  code: 'bad-secret',
  title: 'A name or value cannot be a secret',
  help: 'Secrets reach the app as environment variables: names are letters, digits and underscores and do not begin with a digit; values are not empty, hold no NUL character and have at most 65,536 bytes.',
})

export const badRecipient = defineError({
  code: 'bad-recipient',
  title: 'A recipient cannot be taken',
  help: 'A recipient is the public half of an age identity, `age1` and 58 letters and digits, as `wherry secrets identity` or `age-keygen -y` print it; its name is that of a person or machine. Recipients of plugins, post-quantum ones and SSH keys are not taken. The last one cannot be removed: nobody could read the secrets any more.',
})

export const recipientsChanged = defineError({
  code: 'recipients-changed',
  title: 'The list of recipients is not the one the secrets were encrypted for',
  help: 'The encrypted file remembers for whom it was made. The list beside it names others: somebody edited it, or added themselves. Nothing is encrypted for a key that nobody confirmed: add or remove it by `wherry secrets recipients`, or take the list back from version control.',
})

export const secretCommandFailed = defineError({
  code: 'secret-command-failed',
  title: 'A command that should give a secret failed',
  help: 'A program named under `secrets` in wherry.toml ended with an error, took longer than a minute, printed nothing, or printed something that cannot be a value. It runs in the repository, without a shell; its standard output, without the last newline, is the value. The error brings the last lines of its standard error, never its output.',
})

export const badEnvironment = defineError({
  code: 'bad-environment',
  title: 'Not a name for an environment',
  help: 'An environment is `local` (what `wherry up` runs) or the name of a target; it names the file of its secrets. Lower-case letters, digits and dashes, 40 at most.',
  exit: 2,
})
