import type { Evidence } from '../../kit/error.ts'
import { printable } from '../../kit/text.ts'

const most = 30

/** The lines of a program's output that say why it failed: from the last traceback on, or the last ones. Safe to print. */
export function evidenceIn(lines: readonly string[]): readonly Evidence[] {
  const start = lines.findLastIndex(line => line.includes('Traceback (most recent call last)'))
  const told = start >= 0 ? lines.slice(start) : lines
  const chosen = told.length <= most ? told : start >= 0 ? shorten(told) : told.slice(-most)
  return chosen.map(text => ({ text: printable(text) }))
}

/** The line that names the exception, which Python prints last; null without a traceback. */
export function exceptionIn(lines: readonly string[]): string | null {
  const start = lines.findLastIndex(line => line.includes('Traceback (most recent call last)'))
  if (start < 0) return null
  const line = lines.slice(start + 1).find(text => /^(?:\[[^\]]*\] )?[A-Za-z_][\w.]*(?::|$)/.test(text.trimEnd()))
  return line === undefined ? null : printable(line).slice(0, 300)
}

/** A long traceback tells by its first frames where it began and by its last why. */
function shorten(lines: readonly string[]): string[] {
  const half = Math.floor(most / 2)
  return [...lines.slice(0, half), `  … ${lines.length - most} lines …`, ...lines.slice(half - most)]
}
