import { list, printable } from '../../kit/text.ts'
import { distributionOf } from '../../python/distribution-of.ts'

/** What to do about an app's last words, for the causes that most first starts have: a variable, a package or a service is missing. */
export function adviceIn(lines: readonly string[]): string | null {
  const start = lines.findLastIndex(line => line.includes('Traceback (most recent call last)'))
  const told = lines.slice(Math.max(start, 0)).map(line => printable(line))
  const variables = missingVariables(told)
  if (variables.length > 0) {
    const values = variables.map(name => `--env ${name}=…`).join(' ')
    return `Give ${list(variables)} a value: \`${values}\`, or \`[env]\` in wherry.toml for what is no secret.`
  }
  const module = firstMatch(told, /^(?:\[[^\]]*\] )?ModuleNotFoundError: No module named '([\w.]+)'/)
  if (module !== null)
    return `Add ${distributionOf(module)}, which most likely has ${module}, to the app's requirements.`
  if (told.some(line => unreachable.test(line)))
    return 'It cannot reach a service: give the address of one that runs, in the variable the app reads it from (`--env NAME=…`).'
  return null
}

const unreachable =
  /ConnectionRefusedError|Connection refused|Name or service not known|could not translate host name|Temporary failure in name resolution|Can't connect to (?:MySQL )?server|No address associated with hostname/

const patterns: readonly RegExp[] = [
  /^(?:\[[^\]]*\] )?KeyError: ['"]([A-Z][A-Z0-9_]+)['"]/,
  /\bSet the ([A-Z][A-Z0-9_]+) environment variable/,
  /\b([A-Z][A-Z0-9_]+) not found\. Declare it as envvar/,
  /\b[Ee]nvironment variable:? ['"`]?([A-Z][A-Z0-9_]+)['"`]? (?:must be|is not|is required|not|is missing)/,
  /['"`]?\b([A-Z][A-Z0-9_]+)['"`]? (?:environment variable|env var)\b.{0,20}\b(?:must|not set|required|missing)/,
]

/** By the words of os.environ, django-environ, python-decouple, pydantic-settings and of people. */
function missingVariables(lines: readonly string[]): string[] {
  const said = lines.flatMap(line =>
    patterns.map(pattern => pattern.exec(line)?.[1]).filter(name => name !== undefined),
  )
  return [...new Set([...said, ...requiredSettings(lines)])].slice(0, 8)
}

/** `2 validation errors for Settings`, then each field's name and, below it, what is wrong. */
function requiredSettings(lines: readonly string[]): string[] {
  if (!lines.some(line => /validation errors? for \w*(?:Settings|Config|Env)\w*/i.test(line))) return []
  return lines.flatMap((line, i) =>
    /^\w+$/.test(line) && /^\s+field required/i.test(lines[i + 1] ?? '') ? [line.toUpperCase()] : [],
  )
}

function firstMatch(lines: readonly string[], pattern: RegExp): string | null {
  for (const line of lines) {
    const found = pattern.exec(line)?.[1]
    if (found !== undefined) return found
  }
  return null
}
