import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { readReport } from './report.ts'

test('a report is read line by line, however it is cut', async () => {
  const stream = new PassThrough()
  const report = readReport(stream)
  const text =
    '{"event": "started", "pid": 1, "memory": "enforced", "pids": null}\n' +
    '{"event": "ended", "code": null, "signal": 9, "outOfMemory": true}\n'
  for (const character of text) stream.write(character)
  stream.end()
  expect(await report.first).toEqual({ started: { memory: 'enforced', pids: null } })
  expect(await report.end).toEqual({ code: null, signal: 'SIGKILL', outOfMemory: true })
})

test('a failure is the first and only word', async () => {
  const stream = new PassThrough()
  const report = readReport(stream)
  stream.end('{"event": "failed", "step": "exec", "errno": "ENOENT", "text": "no"}\n')
  expect(await report.first).toEqual({ failed: { step: 'exec', errno: 'ENOENT', text: 'no' } })
  stream.destroy()
  expect(await report.end).toBeNull()
})

test('a keeper that was killed says nothing', async () => {
  const stream = new PassThrough()
  const report = readReport(stream)
  stream.destroy()
  expect([await report.first, await report.end]).toEqual([null, null])
})
