import { exec } from '../kit/exec.ts'
import { printable } from '../kit/text.ts'
import type { Report } from '../model/event.ts'
import { secretCommandFailed } from './errors.ts'
import { faultOf, type Values } from './values.ts'

/** Values that a vault's own program gives out: `op read …`, `vault kv get …`, `pass show …`. */

/** Name → argv. */
export type SecretCommands = ReadonlyMap<string, readonly string[]>

export interface CommandOptions {
  /** Where they run, absolute. */
  readonly repository: string
  /** Told to them in WHERRY_ENVIRONMENT. */
  readonly environment: string
  readonly report: Report
  readonly signal?: AbortSignal
  /** This process will ask again, at each change of a file: a vault is asked once, and a person not every time. */
  readonly resident?: boolean
}

/** Values that were told to this process, by the command as JSON. */
const told = new Map<string, string>()

/** Milliseconds one may take; a person may have to confirm it. */
const patience = 60_000
/** Characters kept of its output: more than any value may have. */
const keep = 200_000

/** Those that the config names for an environment. */
export function commandsFor(
  secrets: Readonly<
    Record<string, { readonly command: readonly string[]; readonly for?: readonly string[] | undefined }>
  > = {},
  environment: string,
): SecretCommands {
  const chosen = Object.entries(secrets).filter(([, given]) => given.for?.includes(environment) ?? true)
  return new Map(chosen.map(([name, { command }]) => [name, command]))
}

/** Runs them one after the other, for each may ask a person. They must have been allowed before. Throws `secret-command-failed`. */
export async function runSecretCommands(commands: SecretCommands, options: CommandOptions): Promise<Values> {
  const values = new Map<string, string>()
  for (const [name, argv] of commands) {
    const key = JSON.stringify([options.repository, options.environment, argv])
    const known = options.resident ? told.get(key) : undefined
    const value = known ?? (await valueOf(name, argv, options))
    if (options.resident) told.set(key, value)
    values.set(name, value)
  }
  return values
}

async function valueOf(name: string, argv: readonly string[], options: CommandOptions): Promise<string> {
  const [program = '', ...words] = argv
  const task = `${name} from ${program}`
  options.report({ step: 'release', level: 'start', task, text: task })
  const outcome = await exec([program, ...words], {
    cwd: options.repository,
    env: { ...environment(), WHERRY_ENVIRONMENT: options.environment },
    timeout: patience,
    keep,
    ...(options.signal ? { signal: options.signal } : {}),
  }).catch((error: Error) => error)
  options.signal?.throwIfAborted()
  if (outcome instanceof Error) throw failed(name, program, outcome.message)
  const value = outcome.stdout.replace(/\r?\n$/, '')
  const why = outcome.timedOut ? `it took longer than ${patience / 1000} s` : (ending(outcome) ?? fault(value))
  if (why !== null) throw failed(name, program, why, hideLines(outcome.stderr, value))
  options.report({ step: 'release', level: 'done', task, text: task })
  return value
}

function ending({ code, signal }: { readonly code: number | null; readonly signal: string | null }): string | null {
  if (code === 0) return null
  return code === null ? `it was ended by ${signal}` : `it ended with ${code}`
}

function fault(value: string): string | null {
  if (value === '') return 'it printed nothing'
  const why = faultOf(value)
  return why === null ? null : `what it printed is no value: ${why}`
}

function failed(name: string, program: string, why: string, lines: readonly string[] = []): Error {
  return secretCommandFailed({
    what: `The command for ${name} gave no value.`,
    why,
    next: `Run it by hand, mend \`${program}\` or secrets.${name} in wherry.toml. Have you signed in to the vault?`,
    evidence: lines.slice(-8).map(text => ({ text: text.slice(0, 300) })),
  })
}

/** A program that fails may have printed part of the value, and may say it again in its complaint. */
function hideLines(stderr: string, value: string): readonly string[] {
  const hidden = value.split('\n').filter(line => line.length >= 4)
  const text = hidden.reduce((left, line) => left.replaceAll(line, '[secret]'), printable(stderr).trim())
  return text === '' ? [] : text.split('\n')
}

/** A vault's program needs its own tokens, which stand in the environment; ours it does not need. */
function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (pair): pair is [string, string] => pair[1] !== undefined && !pair[0].startsWith('WHERRY_'),
    ),
  )
}
