import { homedir } from 'node:os'
import { expect, test } from 'vitest'
import { cacheHome, configHome, pathFrom, stateHome } from './user-places.ts'

test('our own variables come first, then those of XDG, then the usual places', () => {
  expect(cacheHome({ WHERRY_CACHE: '/c', XDG_CACHE_HOME: '/x' })).toBe('/c')
  expect(stateHome({ WHERRY_STATE: '/s', XDG_STATE_HOME: '/x' })).toBe('/s')
  expect([cacheHome, stateHome].map(at => at({ XDG_CACHE_HOME: '/x', XDG_STATE_HOME: '/x' }))).toEqual([
    '/x/wherry',
    '/x/wherry',
  ])
  expect(configHome({ XDG_CONFIG_HOME: '/x' })).toBe('/x/wherry')
  expect([cacheHome({}), stateHome({}), configHome({})]).toEqual(
    ['.cache', '.local/state', '.config'].map(place => `${homedir()}/${place}/wherry`),
  )
})

test('a path is seen from where it is written, and ~ is the home only in front', () => {
  expect(pathFrom('/repo', 'keys/a')).toBe('/repo/keys/a')
  expect(pathFrom('/repo', '/etc/a')).toBe('/etc/a')
  expect(pathFrom('/repo', '~/a')).toBe(`${homedir()}/a`)
  expect(pathFrom('/repo', 'a/~/b')).toBe('/repo/a/~/b')
  expect(pathFrom('/repo', '~a')).toBe('/repo/~a')
})
