import { expect, test } from 'vitest'
import { addressesOf, authorityOf, hostNames, urlOf } from './hosts.ts'
import type { DeployRequest } from './host.ts'

const local = { address: '127.0.0.1', port: 8000 }

function names(env: Record<string, string>, given: Record<string, string> = {}): readonly string[] {
  return hostNames({ plan: { env } as unknown as DeployRequest['plan'], env: given }, local)
}

test('a release is asked by the name in the browser first, then by those its settings allow', () => {
  expect(names({})).toEqual(['localhost:8000'])
  expect(names({ DJANGO_ALLOWED_HOSTS: 'shop.example, *.shop.example,.x' })).toEqual(['localhost:8000', 'shop.example'])
  expect(names({ ALLOWED_HOSTS: '["a.example", "b.example"]' })).toEqual(['localhost:8000', 'a.example', 'b.example'])
  expect(names({ DOMAIN: 'https://c.example' }, { ALLOWED_HOSTS: '*' })).toEqual(['localhost:8000', 'c.example'])
  expect(names({ GHOSTS: 'a.example', DB_HOST_PORT: '1' })).toEqual(['localhost:8000'])
  expect(names({ ALLOWED_HOSTS: 'a\r\nX-Evil: 1' })).not.toContain('a\r\nX-Evil: 1')
})

test.each([
  ['127.0.0.1', 8000, 'localhost:8000', 'http://127.0.0.1:8000/'],
  ['0.0.0.0', 80, 'localhost', 'http://127.0.0.1:80/'],
  ['::', 8000, 'localhost:8000', 'http://[::1]:8000/'],
  ['192.0.2.7', 8000, '192.0.2.7:8000', 'http://192.0.2.7:8000/'],
  ['2001:db8::7', 8000, '[2001:db8::7]:8000', 'http://[2001:db8::7]:8000/'],
])('listening on %s, port %i', (address, port, authority, url) => {
  expect(authorityOf({ address, port })).toBe(authority)
  expect(urlOf({ address, port })).toBe(url)
})

test('who has names of its own is opened and asked by the first', () => {
  const front = {
    address: '0.0.0.0',
    port: 443,
    names: ['shop.example', '*.shop.example'],
    tls: { plain: 80, hsts: false },
  }
  expect(urlOf(front, '203.0.113.5')).toBe('https://shop.example/')
  expect(urlOf({ ...front, port: 8443 }, '203.0.113.5')).toBe('https://shop.example:8443/')
  expect(urlOf({ address: '0.0.0.0', port: 80, names: ['*.shop.example'] })).toBe('http://www.shop.example/')
  expect(hostNames({ plan: { env: {} } as unknown as DeployRequest['plan'] }, front, '203.0.113.5')).toEqual([
    'shop.example',
    '203.0.113.5:443',
  ])
  expect(addressesOf(front)).toEqual([
    ['0.0.0.0', 443],
    ['0.0.0.0', 80],
  ])
  expect(addressesOf({ ...front, tls: { plain: null, hsts: false } })).toEqual([['0.0.0.0', 443]])
})
