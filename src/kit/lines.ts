/** Lines of a text by the place of a character, each found in logarithmic time: a file may have thousands of places to tell. */
export interface Lines {
  /** 1-based. */
  at(index: number): number
  /** The text of a line (1-based), without its newline; '' past the end. */
  text(line: number): string
}

export function linesOf(text: string): Lines {
  const starts = [0]
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1)
  return {
    at(index) {
      let [low, high] = [0, starts.length]
      while (high - low > 1) {
        const middle = (low + high) >> 1
        if (starts[middle]! <= index) low = middle
        else high = middle
      }
      return low + 1
    },
    text(line) {
      const start = starts[line - 1]
      return start === undefined ? '' : text.slice(start, (starts[line] ?? text.length + 1) - 1)
    },
  }
}
