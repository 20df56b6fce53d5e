import { stripVTControlCharacters } from 'node:util'
import { duration, printable } from '../../kit/text.ts'
import type { Event } from '../../model/event.ts'
import type { Printer } from './printer.ts'
import type { Style } from './style.ts'

interface Task {
  readonly step: string
  readonly began: number
  text: string
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/**
 * The live list of a terminal: what runs now is redrawn below; what is done stays above, with its time. The cursor stays to be seen: a
 * program that Ctrl-C kills could not show it again.
 */
export function livePrinter(stream: NodeJS.WriteStream, style: Style): Printer {
  const running = new Map<string, Task>()
  let drawn = 0
  let frame = 0
  let timer: NodeJS.Timeout | undefined

  const erase = (): void => {
    if (drawn > 0) stream.write(`\u001B[${drawn}A\u001B[0J`)
    drawn = 0
  }
  const draw = (): void => {
    const width = stream.columns ?? 80
    const lines = [...running.values()].map(task => {
      const elapsed = Date.now() - task.began
      const tail = elapsed > 1500 ? style.dim(` ${duration(elapsed)}`) : ''
      return fit(
        `${style.cyan(frames[frame % frames.length] ?? '')} ${style.dim(task.step.padEnd(8))} ${task.text}${tail}`,
        width,
      )
    })
    if (lines.length === 0) return
    stream.write(`${lines.join('\n')}\n`)
    drawn = lines.length
  }
  const redraw = (): void => {
    frame += 1
    erase()
    draw()
  }
  const aside = (write: () => void): void => {
    erase()
    write()
    draw()
  }
  const above = (line: string): void => aside(() => stream.write(`${line}\n`))

  const close = (): void => {
    clearInterval(timer)
    timer = undefined
    erase()
    running.clear()
  }

  const begin = (id: string, event: Event): void => {
    running.set(id, { step: event.step, began: event.at, text: printable(event.text) })
    if (!timer) {
      timer = setInterval(redraw, 80)
      timer.unref()
    }
    redraw()
  }

  return {
    close,
    aside,
    print(event) {
      const id = `${event.step}/${event.task ?? ''}`
      const text = printable(event.text)
      const task = running.get(id)
      const step = style.dim(event.step.padEnd(8))
      switch (event.level) {
        case 'start':
          return begin(id, event)
        case 'progress':
          if (task) task.text = text
          return undefined
        case 'done':
        case 'failed': {
          running.delete(id)
          const took = task ? style.dim(`  ${duration(event.at - task.began)}`) : ''
          return above(`${event.level === 'done' ? style.green('✓') : style.red('✗')} ${step} ${text}${took}`)
        }
        case 'warning':
          return above(`${style.yellow('!')} ${step} ${text}`)
        case 'suggestion':
          return above(`${style.cyan('→')} ${step} ${text}`)
        case 'log':
          return above(style.dim(fit(`│ ${text}`, stream.columns ?? 80)))
        case 'info':
          return above(`  ${step} ${text}`)
      }
    },
  }
}

/** A line cut to the terminal's width, so that one line drawn is one line erased. */
function fit(line: string, width: number): string {
  const bare = stripVTControlCharacters(line)
  return bare.length < width ? line : `${bare.slice(0, width - 2)}…`
}
