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
  const source = text.replace(/^\uFEFF/, ' ').replace(/[\f\v]/g, ' ')
  const tree = parser.parse(source)
  return { body: readBody(tree.topNode, createReader(source)), fault: findFault(tree, source) }
}
