import type { SyntaxNode, Tree } from '@lezer/common'

/** Where a text stops being Python 3. */
export interface SyntaxFault {
  /** 1-based. */
  readonly line: number
  /** The offending line, trimmed. */
  readonly text: string
  /** True for what Python 2 takes: print statements, backticks, `except X, e`. */
  readonly python2: boolean
}

/**
 * The first place that no Python 3 takes, or null. The grammar is stricter than Python in a few corners (a bare `yield` as a value,
 * `1.`, tuple targets of `with`, `case A():`, t-strings); an error that one of these explains is none. @see PEP 617, 634, 750
 */
export function findFault(tree: Tree, source: string): SyntaxFault | null {
  const lines = source.split('\n')
  let fault: SyntaxFault | null = null
  let line = 1
  let counted = 0
  let gap = -1000
  tree.iterate({
    enter(ref) {
      if (fault !== null) return false
      const suspect = ref.type.isError || oldStatements.has(ref.name)
      if (!suspect) return true
      for (; counted < ref.from; counted += 1) if (source.charCodeAt(counted) === 10) line += 1
      const text = lines[line - 1] ?? ''
      const python2 = isPython2(ref.node, text, source)
      const open = ref.name === 'String' && !/\\\{/.test(text) && isUnterminated(source.slice(ref.from, ref.to))
      if (!python2 && !open && !ref.type.isError) return true
      if (
        !python2 &&
        !open &&
        (line - gap < cascade || isGap(ref.node, text, lines.slice(Math.max(0, line - 9), line)))
      ) {
        gap = line
        return true
      }
      fault = { line, text: text.trim().slice(0, 200), python2 }
      return false
    },
  })
  return fault
}

/** The parser ends a string without its closing quote at the end of the line. */
function isUnterminated(literal: string): boolean {
  const [whole = '', quote = ''] = /^[A-Za-z]{0,3}("""|'''|"|')/.exec(literal) ?? []
  return quote !== '' && (literal.length < whole.length + quote.length || !literal.endsWith(quote))
}

/** Lines after a gap in which further errors are its consequence. */
const cascade = 40

const oldStatements = new Set(['PrintStatement', 'TryStatement', 'RaiseStatement', 'Number', 'String'])

function isPython2(node: SyntaxNode, line: string, source: string): boolean {
  const text = source.slice(node.from, Math.min(node.to, node.from + 200))
  switch (node.name) {
    case 'PrintStatement':
      return !/^print\s*[([=.,]/.test(text) || /^print\s*\([^()]*\)\s*%/.test(text)
    case 'RaiseStatement':
      return node.getChildren(',').length > 0
    case 'Number':
      return /^0[0-9]*[1-9]/.test(text) && /^\d+$/.test(text)
    case 'TryStatement':
      return oldHandler(node, source)
    default:
      return /^\s*(?:print\s+(?:["'\w>]|%)|exec\s+["'\w])/.test(line) || source[node.from] === '`'
  }
}

/** `except X, e:` binds e in Python 2; in 3.14 it names two classes, which are not written in lower case. */
function oldHandler(node: SyntaxNode, source: string): boolean {
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name !== ',' || child.nextSibling?.name !== 'VariableName') continue
    const name = source.slice(child.nextSibling.from, child.nextSibling.to)
    if (/^[a-z_]{1,12}$/.test(name) && child.nextSibling.nextSibling?.name === 'Body') return true
  }
  return false
}

/** `context` is the line with the eight before it: the grammar notices late what began above. */
function isGap(node: SyntaxNode, line: string, context: readonly string[]): boolean {
  const parents: string[] = []
  for (let parent = node.parent; parent && parents.length < 12; parent = parent.parent) parents.push(parent.name)
  if ((parents[0] ?? '').startsWith('Yield')) return true
  if (line.trimStart().startsWith('#')) return true
  if (parents.some(name => gaps.has(name) || name.endsWith('Pattern'))) return true
  if (/\b(?:match|case|type|yield|lambda)\b|\bt[rR]?["']|\b[rR]t["']|[,[(]\s*\*\w|^\s*@/.test(line)) return true
  if (context.some(text => /\bwith\b/.test(text) || /(?:^|[^\w.])[\d_]+\.(?![\w"'])/.test(text))) return true
  return /\\\{/.test(line) || line.endsWith('\\') || (line.trim() === '' && (context.at(-2) ?? '').endsWith('\\'))
}

const gaps = new Set(['PatternArgList', 'MatchClause', 'WithStatement', 'FormatReplacement', 'LambdaExpression'])
