import { type Evidence, WherryError } from '../../kit/error.ts'
import { printable } from '../../kit/text.ts'
import type { Style } from './style.ts'
import { explainSystem } from './system-error.ts'

/** The one place that turns an error into words: what happened, why, the evidence, and what to do next. */
export function renderError(
  thrown: unknown,
  style: Style,
  verbose: boolean,
): { text: string; json: { error: ReturnType<typeof facts> }; code: number } {
  const error = thrown instanceof WherryError ? thrown : explainSystem(thrown)
  if (error === null) return renderBug(thrown, style)
  const lines = [`${style.red('✗')} ${style.bold(printable(error.what))}  ${style.dim(error.code)}`]
  if (error.why) lines.push(...indent(printable(error.why)))
  if (error.evidence.length > 0) lines.push('', ...error.evidence.map(item => `    ${renderEvidence(item, style)}`))
  lines.push('', `  ${style.cyan('next')}  ${printable(error.next).replace(/\n/g, '\n        ')}`)
  if (verbose && error.cause instanceof Error) lines.push('', style.dim(error.cause.stack ?? error.cause.message))
  return { text: `\n${lines.join('\n')}\n`, json: { error: facts(error) }, code: error.exit }
}

function facts(error: WherryError): {
  code: string
  what: string
  why: string | null
  next: string
  evidence?: readonly Evidence[]
} {
  const { code, what, why, next, evidence } = error
  return { code, what, why, next, ...(evidence.length > 0 ? { evidence } : {}) }
}

function renderEvidence(item: Evidence, style: Style): string {
  const place = item.file ? style.dim(`${printable(item.file)}${item.line ? `:${item.line}` : ''}  `) : ''
  return place + printable(item.text)
}

function indent(text: string): string[] {
  return text.split('\n').map(line => `  ${line}`)
}

function renderBug(
  error: unknown,
  style: Style,
): { text: string; json: { error: ReturnType<typeof facts> }; code: number } {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const next = 'Please report it, with the lines above.'
  const text = `\n${style.red('✗')} ${style.bold('This is a bug in Wherry.')}\n\n${style.dim(printable(stack))}\n\n  ${style.cyan('next')}  ${next}\n`
  return { text, json: { error: { code: 'bug', what: String(error), why: stack, next } }, code: 70 }
}
