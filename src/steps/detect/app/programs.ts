import { closureOf, importsOf } from '../../../python/source/imports.ts'
import { parentOf } from '../../../python/source/resolve.ts'
import type { Candidate } from './candidate.ts'
import { neverReturns, omittedCall, readEntries, type Entry } from './entry.ts'
import { frameworks } from './frameworks/index.ts'
import { reasonAt } from './objects.ts'
import { isNeverSource, placeOf, rankName } from './places.ts'
import { reachCalls, type ReachedCall } from './scripts.ts'
import { coreOf, keyOf, layersOf, type Evaluator } from './thing.ts'
import type { Framework } from './frameworks/framework.ts'

/** One file as a program: what running it serves. */
export interface Program {
  readonly file: string
  readonly entries: readonly Entry[]
  /** The framework whose own runner takes the file: Streamlit. */
  readonly runner: Framework | null
  readonly line: number
}

const most = 300

/** Every file that serves something when it is run. */
export function findPrograms(evaluator: Evaluator, files: ReadonlySet<string>): Program[] {
  const { tree } = evaluator
  const scripts = tree.files.filter(file => {
    const place = placeOf(file)
    if ((place !== 'app' && place !== 'shown') || isNeverSource(file)) return false
    const text = tree.text(file)
    return (
      /__main__/.test(text) ||
      file.endsWith('/__main__.py') ||
      (files.has(file) && /run|launch|serve|start|listen|servable|streamlit|chainlit/.test(text))
    )
  })
  const ordered = scripts.sort((a, b) => rankName(a) - rankName(b) || a.length - b.length).slice(0, most)
  return ordered.map(file => readProgram(evaluator, file)).filter(one => one.entries.length > 0 || one.runner !== null)
}

export function readProgram(evaluator: Evaluator, file: string): Program {
  const calls = reachCalls(evaluator, file)
  const runner = findRunner(evaluator, file, calls)
  return { file, entries: readEntries(evaluator, calls), runner, line: runner ? runnerLine(calls, runner, file) : 0 }
}

/** A program for a framework's runner uses the library at its own top level and is nobody's module or page. */
function findRunner(evaluator: Evaluator, file: string, calls: readonly ReachedCall[]): Framework | null {
  const text = evaluator.tree.text(file)
  return (
    frameworks.find(({ scripts, imports }) => {
      if (!scripts) return false
      if (/(?:^|\/)pages\//.test(file) && text.length > 0 && hasHome(evaluator, file)) return false
      const uses = calls.filter(call => scripts.uses.test(call.name))
      // A short program may call what draws in a module of its own.
      if (uses.some(call => call.file !== file)) return true
      if (!imports.some(top => new RegExp(`\\b(?:import|from)\\s+${top}\\b`).test(text))) return false
      return uses.length > 0 || decorates(evaluator, file, scripts.uses)
    }) ?? null
  )
}

/** `pages/` belongs to the file beside it. */
function hasHome(evaluator: Evaluator, file: string): boolean {
  const home = parentOf(file.slice(0, file.lastIndexOf('/pages/') + 1).replace(/\/$/, '') + '/x')
  return evaluator.tree.files.some(one => parentOf(one) === home && one !== file)
}

function decorates(evaluator: Evaluator, file: string, uses: RegExp): boolean {
  for (const statement of evaluator.tree.module(file).body) {
    if (statement.kind !== 'function') continue
    for (const decorator of statement.decorators) {
      const callee = decorator.kind === 'call' ? decorator.callee : decorator
      const thing = evaluator.value(callee, { file, bodies: [], parameters: new Map(), before: statement.line })
      if (thing?.kind === 'external' && uses.test(thing.name)) return true
    }
  }
  return false
}

function runnerLine(calls: readonly ReachedCall[], runner: Framework, file: string): number {
  return calls.find(call => call.file === file && runner.scripts?.uses.test(call.name))?.call.line ?? 1
}

/** Programs that bring their server, as candidates; those that only start a module's object are not among them. */
export function ownCandidates(
  evaluator: Evaluator,
  programs: readonly Program[],
  objects: readonly Candidate[],
): Candidate[] {
  const served = new Set(objects.filter(one => one.interface !== 'own').flatMap(one => one.layers))
  const found = programs.flatMap(program => ownCandidate(evaluator, program, objects, served) ?? [])
  // A program that another one imports is a part of it; what a tool beside the app imports is the app.
  return found.filter(
    one =>
      !found.some(
        other =>
          other.file !== one.file &&
          imports(evaluator, other.file, one.file) &&
          (placeOf(other.file) === 'app' || placeOf(one.file) !== 'app'),
      ),
  )
}

function imports(evaluator: Evaluator, file: string, other: string): boolean {
  return (
    closureOf(evaluator.tree, file, 300).has(other) && !importsOf(evaluator.tree, other).some(one => one.file === file)
  )
}

/** True when every module that has the object runs the program by being imported. */
function isOnlyBehind(evaluator: Evaluator, program: string, objects: readonly Candidate[]): boolean {
  return objects.every(one => one.file === program || closureOf(evaluator.tree, one.file, 300).has(program))
}

function ownCandidate(
  evaluator: Evaluator,
  program: Program,
  objects: readonly Candidate[],
  served: ReadonlySet<string>,
): Candidate | null {
  for (const entry of program.entries) {
    if (entry.kind === 'own') {
      const stronger = entry.app !== null && entry.app.interface !== 'own'
      if (stronger && omittedCall(entry) !== null && layersOf(entry.app).some(layer => served.has(keyOf(layer))))
        continue
      return toCandidate(
        evaluator,
        program.file,
        entry,
        entry.framework?.name ?? null,
        stronger ? keyOf(coreOf(entry.app)) : null,
      )
    }
    if (entry.kind !== 'app') continue
    const key = keyOf(coreOf(entry.app))
    if (
      neverReturns(entry) &&
      isOnlyBehind(
        evaluator,
        program.file,
        objects.filter(one => one.key === key),
      )
    )
      return toCandidate(evaluator, program.file, entry, coreOf(entry.app).framework?.name ?? null, key)
    if (entry.development || layersOf(entry.app).some(layer => served.has(keyOf(layer)))) continue
    return toCandidate(evaluator, program.file, entry, coreOf(entry.app).framework?.name ?? null, null)
  }
  if (!program.runner) return null
  const at = {
    file: program.file,
    line: program.line,
    onImport: true,
    kind: 'own' as const,
    framework: program.runner,
    app: null,
    name: '',
  }
  return toCandidate(evaluator, program.file, at, program.runner.name, null)
}

/** A program as a candidate; `key` is that of the app it serves, null for one of its own. */
export function toCandidate(
  evaluator: Evaluator,
  file: string,
  entry: Entry,
  framework: string | null,
  key: string | null,
): Candidate {
  return {
    key: key ?? `${file}:script`,
    layers: key === null ? [`${file}:script`] : [key],
    file,
    attribute: null,
    factory: false,
    interface: 'own',
    framework,
    strength: key === null ? 'script' : 'named in source',
    reexport: false,
    because: [reasonAt(evaluator, entry.file, entry.line)],
    directory: null,
    path: null,
  }
}
