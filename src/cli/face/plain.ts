import type { Event } from '../../model/event.ts'
import { printable } from '../../kit/text.ts'
import type { FaceOptions, Printer } from './printer.ts'
import type { Style } from './style.ts'

/** One line an event, for CI logs and pipes: nothing is ever redrawn, and repeated progress is left out. */
export function plainPrinter(stream: NodeJS.WriteStream, style: Style, options: FaceOptions): Printer {
  return {
    print(event) {
      if (event.level === 'progress' && !options.verbose) return
      stream.write(`${line(event, style)}\n`)
    },
    aside: write => write(),
    close() {},
  }
}

function line(event: Event, style: Style): string {
  const step = style.dim(event.step.padEnd(8))
  const text = printable(event.text)
  switch (event.level) {
    case 'done':
      return `${step} ${style.green('✓')} ${text}`
    case 'failed':
      return `${step} ${style.red('✗')} ${text}`
    case 'warning':
      return `${step} ${style.yellow('!')} ${text}`
    case 'suggestion':
      return `${step} ${style.cyan('→')} ${text}`
    case 'log':
      return `${step} ${style.dim('│')} ${text}`
    default:
      return `${step} · ${text}`
  }
}
