import type { SyntaxNode } from '@lezer/common'

/** A text with its line starts: what every part of the reading needs to turn nodes into words and lines. */
export interface Reader {
  text(node: SyntaxNode): string
  slice(from: number, to: number): string
  /** 1-based. */
  line(offset: number): number
}

export function createReader(source: string): Reader {
  const starts = [0]
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
  return {
    text: node => source.slice(node.from, node.to),
    slice: (from, to) => source.slice(from, to),
    line(offset) {
      let low = 0
      let high = starts.length - 1
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if ((starts[middle] ?? 0) <= offset) low = middle
        else high = middle - 1
      }
      return low + 1
    },
  }
}
