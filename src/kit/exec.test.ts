import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { exec, start } from './exec.ts'

test('what a program says, and how it ends', async () => {
  const lines: string[] = []
  const onLine = (line: string, stream: string): void => void lines.push(`${stream} ${line}`)
  const input = 'told'
  const result = await exec(['sh', '-c', 'cat; echo; echo bad >&2; exit 3'], { input, onLine })
  expect(result).toEqual({ code: 3, signal: null, stdout: 'told\n', stderr: 'bad\n', timedOut: false })
  expect(lines.sort()).toEqual(['stderr bad', 'stdout told'])
})

test('its time ends with it, whatever it started goes on with its streams', async () => {
  const result = await exec(['sh', '-c', 'sleep 60 & echo $!; wait'], { timeout: 300 })
  const started = Number(result.stdout)
  expect(result).toMatchObject({ timedOut: true, signal: 'SIGKILL', stderr: '' })
  // It is there still, which we did not wait for; signalling what is gone would throw.
  process.kill(started, 'SIGKILL')
})

test('what is kept of much output is its end', async () => {
  const { stdout } = await exec(['sh', '-c', 'seq 1 20000'], { keep: 12 })
  expect(stdout).toBe('19999\n20000\n')
})

test('a program that is not there rejects', async () => {
  await expect(exec(['/nonexistent/program'])).rejects.toMatchObject({ code: 'ENOENT' })
})

test('the key that opens encrypted files reaches no child, whoever made its environment', async () => {
  const env = { PATH: process.env['PATH'] ?? '', WHERRY_AGE_IDENTITY: 'AGE-SECRET-KEY-1', KEPT: 'yes' }
  expect((await exec(['env'], { env })).stdout).toMatch(/^(?!.*AGE-SECRET)[^]*KEPT=yes/)
  const child = start(['env'], { env, stdio: 'pipe' })
  expect(await text(child.stdout!)).not.toContain('AGE-SECRET')
})
