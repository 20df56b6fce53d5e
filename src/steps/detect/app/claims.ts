import type { Reason } from '../../../model/because.ts'
import { parentOf } from '../../../python/source/resolve.ts'
import type { Candidate } from './candidate.ts'
import type { Command } from './command.ts'
import type { WrittenCommand } from './commands.ts'
import { directoriesOf, directoriesOfHint } from './directories.ts'
import { readEntries } from './entry.ts'
import { choose, fromEntries } from './meant.ts'
import type { Naming } from './named.ts'
import { readProgram } from './programs.ts'
import { reachFrom } from './scripts.ts'
import type { Search } from './search.ts'
import { findTarget, thingAt, type Target } from './target.ts'

/** What a command or a file claims the app is, checked against the code. */
export interface Claim {
  /** Null when what is named is not there. */
  readonly candidate: Candidate | null
  readonly reason: Reason
  readonly firm: boolean
  /** The module named, as written. */
  readonly written: string
  readonly development: boolean
  /** True when a production server is started on it. */
  readonly serious: boolean
  /** `create_app(…)` with arguments: no server of ours passes them. */
  readonly args: string
}

/** A start command as claims: one for what it names. */
export function claimOf(search: Search, written: WrittenCommand): Claim[] {
  const { command, file, line, text } = written
  const bases = written.firm
    ? directoriesOf(search, written.directory, command.path)
    : directoriesOfHint(search, written)
  const serious = !command.development && !/^(?:python|flask|quart|fastapi|litestar)/.test(command.program)
  const base = { reason: { file, line, text }, firm: written.firm, development: command.development, serious }
  const targets = targetsOf(command)
  for (const name of targets) {
    const target = findTarget(search.evaluator.tree, name, bases)
    const candidate = target ? candidateFor(search, written, target, bases) : null
    if (!target || !candidate) continue
    const development = base.development || isDevelopment(search, command.program, target)
    return [{ ...base, candidate, written: name, args: target.args, development }]
  }
  const named = targets.find(name => name.includes(':') || name.endsWith('.py'))
  return named === undefined ? [] : [{ ...base, candidate: null, written: named, args: '' }]
}

function targetsOf({ program, environment, targets }: Command): readonly string[] {
  const flask = program === 'flask' || program === 'quart' ? environment.get('FLASK_APP') : undefined
  return flask === undefined ? targets : [flask, ...targets]
}

function candidateFor(
  search: Search,
  written: WrittenCommand,
  target: Target,
  bases: readonly string[],
): Candidate | null {
  const { command, directory, file, line, text } = written
  const { program, factory, worker, module } = command
  const runserver = program === 'python' && command.development
  const chosen = choose(search, target, { program, factory, worker, module, runserver })
  if (!chosen) return null
  return {
    ...chosen,
    strength: 'named',
    because: [{ file, line, text }, ...chosen.because],
    directory: written.firm && directory !== '' && bases[0] === directory ? directory : null,
    path: chosen.attribute === null ? null : target.path,
  }
}

function isDevelopment(search: Search, program: string, target: Target): boolean {
  if (program !== 'python' || target.file.endsWith('manage.py')) return false
  return readProgram(search.evaluator, target.file).entries.some(entry => entry.kind === 'app' && entry.development)
}

/** A naming as a claim. Entry points count when the function they name starts a server. */
export function claimOfNaming(search: Search, naming: Naming): Claim[] {
  const { evaluator } = search
  const reason = { file: naming.file, line: naming.line, text: naming.text }
  const base = { reason, firm: true, development: false, serious: naming.by === 'server', written: naming.target }
  const target = findTarget(evaluator.tree, naming.target, directoriesOf(search, naming.directory, null))
  if (!target) return naming.by === 'fastapi' || naming.by === 'server' ? [{ ...base, candidate: null, args: '' }] : []
  const candidate = naming.by === 'script' ? byEntryPoint(search, target) : byNaming(search, naming, target)
  if (!candidate) return []
  const strength = naming.by === 'script' ? ('named in source' as const) : ('named' as const)
  return [
    { ...base, candidate: { ...candidate, strength, because: [reason, ...candidate.because] }, args: target.args },
  ]
}

function byNaming(search: Search, naming: Naming, target: Target): Candidate | null {
  const program = naming.by === 'server' ? 'gunicorn' : naming.by
  return choose(search, target, { program, factory: false, worker: null, module: false })
}

function byEntryPoint(search: Search, target: Target): Candidate | null {
  const { evaluator } = search
  const thing = target.attribute === null ? null : thingAt(evaluator, target.file, target.attribute)
  if (thing?.kind !== 'function') return null
  const entries = readEntries(evaluator, reachFrom(evaluator, thing))
  return fromEntries(search, entries, parentOf(target.file), target.file)
}
