import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placeOf } from './place.ts'

test('lies below WHERRY_STATE, else XDG_STATE_HOME, else the home', () => {
  expect(placeOf('shop', '/r', { WHERRY_STATE: '/s', XDG_STATE_HOME: '/x' })).toMatch(/^\/s\/shop-[0-9a-f]{8}$/)
  expect(placeOf('shop', '/r', { XDG_STATE_HOME: '/x' })).toMatch(/^\/x\/wherry\/shop-[0-9a-f]{8}$/)
  expect(placeOf('shop', '/r', {})).toMatch(/\/\.local\/state\/wherry\/shop-[0-9a-f]{8}$/)
})

test('two checkouts of one app are two apps', () => {
  expect(placeOf('shop', '/a', { WHERRY_STATE: '/s' })).not.toBe(placeOf('shop', '/b', { WHERRY_STATE: '/s' }))
})

test('names that begin alike are two apps', () => {
  const place = (name: string): string => placeOf(name, '/r', { WHERRY_STATE: '/s' })
  expect(place('customer-facing-storefront-api')).not.toBe(place('customer-facing-storefront-web'))
})

test('whatever the name, it is one short part of a path', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), name => {
      expect(placeOf(name, '/r', { WHERRY_STATE: '/s' })).toMatch(/^\/s\/[A-Za-z0-9_][A-Za-z0-9._-]{0,23}-[0-9a-f]{8}$/)
    }),
  )
})
