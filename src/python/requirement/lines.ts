/** A line of a requirements file as pip sees it: continuations joined, comment gone. */
export interface LogicalLine {
  readonly text: string
  /** 1-based, of its first physical line. */
  readonly line: number
}

/** The lines that say something. Invisible spaces that editors and web pages leave behind count as what they look like. */
export function readLines(text: string): LogicalLine[] {
  const lines: LogicalLine[] = []
  let pending: { parts: string[]; line: number } | null = null
  const finish = (): void => {
    const joined = pending === null ? '' : stripComment(pending.parts.join('')).trim()
    if (pending !== null && joined !== '') lines.push({ text: joined, line: pending.line })
    pending = null
  }
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const visible = raw.replace(/[\u00A0\u2000-\u200A\u3000]/g, ' ').replace(/[\u200B\uFEFF\u0000]/g, '')
    const comment = /^\s*#/.test(visible)
    // A comment line ends a continuation, even one that ends in a backslash itself (pip's join_lines).
    const continues = !comment && visible.endsWith('\\')
    pending ??= { parts: [], line: index + 1 }
    pending.parts.push(comment ? ' ' : continues ? visible.slice(0, -1) : visible)
    if (!continues) finish()
  }
  finish()
  return lines
}

function stripComment(text: string): string {
  const cut = /(?:^|\s)#/.exec(text)
  return cut === null ? text : text.slice(0, cut.index)
}

/** Words as a shell parts them: quotes hold a word together. Options are read so, requirements are not. */
export function splitWords(text: string): string[] {
  const words: string[] = []
  for (const [word] of text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)) words.push(word.replace(/["']/g, ''))
  return words
}
