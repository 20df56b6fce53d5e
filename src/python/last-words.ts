import { printable } from '../kit/text.ts'

/** What a Python program's output says it died of, as far as it can be named. */
export interface LastWords {
  /** Environment variables that were missing or held nothing usable, eight at most. */
  readonly variables: readonly string[]
  /** The module that was not found. */
  readonly module: string | null
  /** The lines from the last traceback on, all without one, safe to print. */
  readonly lines: readonly string[]
}

export function readLastWords(output: readonly string[]): LastWords {
  const start = output.findLastIndex(line => line.includes('Traceback (most recent call last)'))
  const lines = output.slice(Math.max(start, 0)).map(line => printable(line))
  const module = firstMatch(lines, /^(?:\[[^\]]*\] )?ModuleNotFoundError: No module named '([\w.]+)'/)
  return { variables: missingVariables(lines), module, lines }
}

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
