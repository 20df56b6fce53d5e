import { exec } from '../kit/exec.ts'
import type { Report, Step } from '../model/event.ts'
import { allow, isAllowed } from './consent.ts'
import { hookFailed, hooksNotAllowed } from './errors.ts'
import type { HookName, Hooks, Programs } from './hooks.ts'

export interface HookOptions {
  readonly report: Report
  readonly signal?: AbortSignal
  /** The repository, absolute: where they run. */
  readonly repository: string
  /** What a hook may want to know: each becomes a variable. */
  readonly facts: Readonly<Record<string, string>>
}

/** Milliseconds a hook may take. */
const patience = 60 * 60_000

/**
 * Makes sure that hooks, or the commands that give secrets, may run at all, before anything is done: they are programs with the user's
 * rights that a repository names. `given` is true when the user allows them just now. Throws `hooks-not-allowed`.
 */
export async function admitPrograms(programs: Programs, repository: string, given: boolean): Promise<void> {
  const named = Object.entries(programs).filter(([, argv]) => argv !== undefined)
  if (named.length === 0) return
  if (given) return allow(programs, repository)
  if (await isAllowed(programs, repository)) return
  throw hooksNotAllowed({
    what: 'wherry.toml names programs to run on this machine, and nobody has allowed them yet.',
    next: 'Read them, then run the same command with --allow-hooks, once.',
    evidence: named.map(([name, argv]) => ({ file: 'wherry.toml', text: `${name} = ${JSON.stringify(argv)}` })),
  })
}

/** Runs one hook, where there is one, to its end. Throws `hook-failed` with its last lines. */
export async function runHook(name: HookName, hooks: Hooks, options: HookOptions): Promise<void> {
  const [program, ...words] = hooks[name] ?? []
  if (program === undefined) return
  const { report, repository, facts, signal } = options
  const step = name.slice(name.indexOf('-') + 1) as Step
  const title = `hook ${name}: ${[program, ...words].join(' ')}`
  report({ step, level: 'start', task: title, text: title })
  const outcome = await exec([program, ...words], {
    cwd: repository,
    env: { ...environment(), WHERRY_HOOK: name, ...facts },
    timeout: patience,
    keep: 64 * 1024,
    onLine: text => report({ step, level: 'progress', task: title, text }),
    ...(signal ? { signal } : {}),
  }).catch((error: Error) => error)
  if (!(outcome instanceof Error) && outcome.code === 0)
    return report({ step, level: 'done', task: title, text: title })
  signal?.throwIfAborted()
  const lines = outcome instanceof Error ? [] : `${outcome.stdout}\n${outcome.stderr}`.trim().split('\n')
  throw hookFailed({
    what: `The hook ${name} failed.`,
    why: outcome instanceof Error ? outcome.message : ending(outcome),
    next: `Mend \`${program}\`, or change hooks.${name} in wherry.toml. It runs in the repository, without a shell.`,
    evidence: lines.slice(-12).map(text => ({ text: text.slice(0, 300) })),
  })
}

function ending({ code, timedOut }: { readonly code: number | null; readonly timedOut: boolean }): string {
  if (timedOut) return `it took longer than ${patience / 60_000} minutes`
  return code === null ? 'it was killed' : `it ended with ${code}`
}

/** What programs need to run at all. Tokens that stand in the environment for other purposes are not theirs. */
function environment(): Record<string, string> {
  const kept =
    /^(?:PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|TERM|SHELL|SSH_AUTH_SOCK|XDG_\w+|CI|NO_COLOR|DOCKER_HOST|https?_proxy|no_proxy)$/i
  return Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined && kept.test(pair[0])),
  )
}
