import { expect, test } from 'vitest'
import type { Status } from '../../targets/host/index.ts'
import { styler } from '../face/style.ts'
import { statusPages } from './status.ts'

const style = styler(process.stdout, { NO_COLOR: '1' })
const nothing: Status = {
  home: '/state/shop',
  current: null,
  releases: [],
  processes: [],
  holder: null,
  url: null,
  lock: { epoch: 0, owner: null },
  interrupted: false,
  certificate: null,
}

test('each of several apps stands under its name, a single one does not', () => {
  const both = statusPages([{ name: 'api' }, { name: 'admin' }], [nothing, nothing], { style, to: null })
  expect(both.split('\n').filter(line => /^\S/.test(line) && !line.startsWith('next'))).toEqual([
    'api',
    'nothing is released',
    'admin',
    'nothing is released',
  ])
  expect(statusPages([{ name: 'api' }], [nothing], { style, to: null })).not.toContain('api')
})

test('what to do next is said of the target that was asked', () => {
  const next = (to: string | null): string => statusPages([{ name: 'api' }], [nothing], { style, to })
  expect(next(null)).toContain('wherry up')
  expect(next('production')).toContain('wherry ship --to production')
})

test('a certificate that the host fetches itself is told of, and why there is none', () => {
  const page = (certificate: Status['certificate']): string =>
    statusPages([{ name: 'a' }], [{ ...nothing, certificate }], { style, to: 'production' })
  expect(page({ until: Date.UTC(2027, 0, 2), failed: null })).toMatch(/ {2}certificate until .*2027/)
  expect(page({ until: null, failed: 'no such name' })).toContain('! no certificate yet: no such name')
})
