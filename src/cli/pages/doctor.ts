import { printable } from '../../kit/text.ts'
import type { Check, Health } from '../doctor/index.ts'
import type { Style } from '../face/style.ts'

/** What a machine has, what runs images on it and why, and what to do about the rest. */
export function doctorPage({ checks, engine, system }: Health, style: Style): string {
  const middle = Math.min(Math.max(...checks.map(({ text }) => printable(text).length)) + 2, style.width - 40)
  const lines = checks.map(check => {
    const left = `${mark(check, style)} ${check.name.padEnd(16)}${printable(check.text).padEnd(middle)}`
    return `${left}${style.dim(printable(check.because).split('\n')[0] ?? '')}`.trimEnd()
  })
  const runs =
    engine === null
      ? style.red('nothing here can run images')
      : `code in images runs in ${style.bold(engine.name)}${style.dim(`: ${printable(engine.why)}`)}`
  // As yet only sandboxes have the holder that keeps releases.
  const limits = checks.some(({ name, state }) => name === 'sandbox' && state === 'there')
    ? []
    : [
        `${style.yellow('!')} images can be made here and taken elsewhere; wherry up, which runs releases, needs the sandbox`,
      ]
  const todo = checks.flatMap(({ name, next }) => (next === null ? [] : [[name, next] as const]))
  const next = todo.map(
    ([name, text], n) => `${style.dim((n === 0 ? 'next' : '').padEnd(7))}${name}: ${printable(text)}`,
  )
  return [
    '',
    `${style.bold('this machine')} · ${system}`,
    '',
    ...lines,
    '',
    runs,
    ...limits,
    ...(next.length > 0 ? ['', ...next] : []),
    '',
  ].join('\n')
}

function mark({ state }: Check, style: Style): string {
  if (state === 'there') return style.green('✓')
  return state === 'needed' ? style.red('✗') : style.dim('·')
}
