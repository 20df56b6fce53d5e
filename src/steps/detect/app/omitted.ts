import { omittedCall, readEntries } from './entry.ts'
import { firmClosure } from './faults.ts'
import { reachCalls } from './scripts.ts'
import type { Search } from './search.ts'

/** The calls that start a server when `file` is imported: another server imports it, so the launcher has to leave them out. */
export function omittedCalls(search: Search, file: string): readonly string[] {
  const { evaluator } = search
  const starting = [...firmClosure(search, file)].filter(one =>
    /\b(?:run|serve|run_simple)\s*\(/.test(evaluator.tree.text(one)),
  )
  const calls = starting.flatMap(one => readEntries(evaluator, reachCalls(evaluator, one)).map(omittedCall))
  return [...new Set(calls.filter(call => call !== null))].sort()
}
