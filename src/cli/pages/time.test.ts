import { afterEach, expect, test, vi } from 'vitest'
import { styler } from '../face/style.ts'
import { logLine } from './logs.ts'
import { dateAndTime } from './time.ts'

afterEach(() => vi.unstubAllEnvs())

test('times are those of the time zone the command runs in', () => {
  vi.stubEnv('TZ', 'Asia/Kolkata')
  const at = '2026-03-02T23:05:09Z'
  expect(dateAndTime(new Date(at))).toBe('2026-03-03 04:35')
  const line = { at: Date.parse(at), group: 'release-1', process: 'web', text: 'ready' }
  expect(logLine(line, styler(process.stdout, { NO_COLOR: '1' }))).toBe('04:35:09 web      ready')
})
