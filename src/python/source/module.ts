import { parser } from '@lezer/python'
import { readBody } from './body.ts'
import { createReader } from './reader.ts'
import type { Statement } from './statement.ts'
import { findFault, type SyntaxFault } from './syntax.ts'

/** One Python file, read and never run. */
export interface Module {
  readonly body: readonly Statement[]
  /** Where the text is no Python 3; what could be read is in `body` all the same. */
  readonly fault: SyntaxFault | null
}

/** Reads a module's text. Any text gives a result; a broken one has a `fault`. */
export function readModule(text: string): Module {
  const source = text
    .replace(/^\uFEFF/, ' ')
    .replace(/[\f\v]/g, ' ')
    .replace(/\\(?=\n[ \t]*\n)/g, ' ')
    .trimEnd()
    .concat('\n')
  const tree = parser.parse(source)
  const fault = findFault(tree, source)
  const real = fault && (fault.python2 || !parsesAlone(source, fault.line)) ? fault : null
  return { body: readBody(tree.topNode, createReader(source)), fault: real }
}

/**
 * In long files the parser now and then fails on a statement that is fine. One that parses by itself, from its line without indentation to
 * the next such line, is no fault, unless the one before it left a bracket open.
 */
function parsesAlone(source: string, line: number): boolean {
  const lines = source.split('\n')
  const from = startAbove(lines, line - 1)
  const before = startAbove(lines, from - 1)
  let to = line
  while (to < lines.length && !isStart(lines[to])) to += 1
  if (to - before > 600) return false
  return isFine(lines.slice(from, to).join('\n')) && isFine(lines.slice(before, from).join('\n'))
}

function startAbove(lines: readonly string[], line: number): number {
  let at = Math.max(0, line)
  while (at > 0 && !isStart(lines[at])) at -= 1
  return at
}

/** A line that begins a statement of the module. */
function isStart(line: string | undefined): boolean {
  return line !== undefined && /^[A-Za-z_@]/.test(line) && !/^(?:else|elif|except|finally)\b/.test(line)
}

function isFine(statement: string): boolean {
  return findFault(parser.parse(statement), statement) === null
}
