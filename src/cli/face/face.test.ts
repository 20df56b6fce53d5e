import { expect, test, vi } from 'vitest'
import type { Event } from '../../model/event.ts'
import { renderError } from './error.ts'
import { livePrinter } from './live.ts'
import { styler } from './style.ts'

const style = styler(process.stderr, { NO_COLOR: '1' })

/** What a terminal shows after what was written to it: lines, with the sequences that go up and clear obeyed. */
function terminal(): { readonly stream: NodeJS.WriteStream; readonly shown: () => string[] } {
  let lines: string[] = ['']
  const put = (text: string): void => {
    for (const part of text.split(/(\u001B\[\d*[A-Za-z]|\n)/)) {
      const up = /^\u001B\[(\d+)A$/.exec(part)?.[1]
      if (up !== undefined) lines = lines.slice(0, lines.length - Number(up))
      else if (part === '\u001B[0J') lines = [...lines.slice(0, -1), '']
      else if (part === '\n') lines.push('')
      else if (!part.startsWith('\u001B')) lines[lines.length - 1] += part
      else expect.fail(`${JSON.stringify(part)} outlives a program that is killed`)
    }
  }
  const stream = { columns: 40, write: (text: string) => put(text) } as unknown as NodeJS.WriteStream
  return { stream, shown: () => lines.filter(line => line !== '') }
}

const event = (level: Event['level'], text: string, task = text): Event => ({
  at: Date.now(),
  step: 'image',
  level,
  text,
  task,
})

test('what is done or has failed stays, what runs is redrawn below it', () => {
  vi.useFakeTimers()
  const { stream, shown } = terminal()
  const printer = livePrinter(stream, style)
  printer.print(event('start', 'base'))
  printer.print(event('start', 'packages'))
  printer.print(event('failed', 'base'))
  printer.aside(() => stream.write('a line of a log\n'))
  vi.advanceTimersByTime(400)
  expect(shown().slice(0, 2)).toEqual([expect.stringMatching(/^✗ image +base/), 'a line of a log'])
  expect(shown().slice(2)).toEqual([expect.stringMatching(/^\S image +packages/)])
  printer.print(event('info', `written to ${'x'.repeat(60)}`))
  printer.close()
  expect(shown().at(-1)).toContain('x'.repeat(60))
  vi.useRealTimers()
})

test('what the machine refuses is no bug of ours, what nobody expected is one', () => {
  const refused = (code: string): Error => Object.assign(new Error(`${code}: no, open '/x'`), { code, path: '/x' })
  const codeOf = (error: unknown): readonly [string, number] => {
    const { json, code } = renderError(error, style, false)
    return [json.error.code, code]
  }
  expect(codeOf(refused('EACCES'))).toEqual(['machine-refuses', 1])
  expect(codeOf(refused('ENOSPC'))).toEqual(['disk-full', 75])
  expect(codeOf(Object.assign(refused('ENOSPC'), { syscall: 'watch' }))).toEqual(['machine-refuses', 1])
  expect(codeOf(refused('ENOENT'))).toEqual(['bug', 70])
  expect(codeOf(new TypeError('x is undefined'))).toEqual(['bug', 70])
})
