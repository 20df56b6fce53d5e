import { expect, test } from 'vitest'
import { chooseApp } from './apps.ts'

const file = {
  requires: '>=0',
  env: { LEVEL: 'info', SHARED: '1' },
  release: { drain: 5 },
  apps: {
    api: { root: 'services/api/', env: { LEVEL: 'debug' } },
    admin: { root: './services/admin', name: 'back-office' },
    docs: { root: '.' },
  },
}

test('an app has its own keys over those outside, tables key by key, and its name', () => {
  expect(chooseApp(file, 'api')).toEqual({
    app: 'api',
    config: { name: 'api', root: 'services/api/', env: { LEVEL: 'debug', SHARED: '1' }, release: { drain: 5 } },
    others: ['services/admin'],
  })
  expect(chooseApp(file, 'admin').config.name).toBe('back-office')
  expect(chooseApp(file, 'docs').others).toEqual([])
})

test('without [apps] the file is the one app; of one app no name is asked', () => {
  expect(chooseApp({ name: 'shop', requires: '>=0' }, null)).toEqual({
    app: null,
    config: { name: 'shop' },
    others: [],
  })
  expect(chooseApp({ apps: { api: {} } }, null).app).toBe('api')
})

test('what is meant must be clear', () => {
  const named = (code: string) => expect.objectContaining({ code })
  expect(() => chooseApp(file, null)).toThrow(named('app-not-chosen'))
  expect(() => chooseApp(file, 'apo')).toThrow(
    expect.objectContaining({ code: 'no-such-app', next: 'Did you mean --app api?' }),
  )
  expect(() => chooseApp({}, 'api')).toThrow(named('no-such-app'))
  expect(() => chooseApp(file, 'constructor')).toThrow(named('no-such-app'))
})
