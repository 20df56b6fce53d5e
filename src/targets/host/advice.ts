import { list } from '../../kit/text.ts'
import { distributionOf } from '../../python/distribution-of.ts'
import { readLastWords } from '../../python/last-words.ts'

/** What to do about an app's last words, for the causes that most first starts have: a variable, a package or a service is missing. */
export function adviceIn(output: readonly string[]): string | null {
  const { variables, module, lines } = readLastWords(output)
  if (variables.length > 0) {
    const values = variables.map(name => `--env ${name}=…`).join(' ')
    return `Give ${list(variables)} a value: \`${values}\`, or \`[env]\` in wherry.toml for what is no secret.`
  }
  if (module !== null)
    return `Add ${distributionOf(module)}, which most likely has ${module}, to the app's requirements.`
  if (lines.some(line => unreachable.test(line)))
    return 'It cannot reach a service: give the address of one that runs, in the variable the app reads it from (`--env NAME=…`).'
  return null
}

const unreachable =
  /ConnectionRefusedError|Connection refused|Name or service not known|could not translate host name|Temporary failure in name resolution|Can't connect to (?:MySQL )?server|No address associated with hostname/
