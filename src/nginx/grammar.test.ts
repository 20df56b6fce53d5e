import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSize, parseTime, writeSize, writeTime } from './amount.ts'
import { parseHeader, parseUserName } from './header.ts'
import { parseHostname } from './hostname.ts'
import { parseAddress, parseCidr, parsePort } from './network.ts'
import { parseDiskPath, parseSocketPath, parseUrlPrefix } from './path.ts'

describe('parseHostname', () => {
  test.each([
    ['example.com', 'example.com'],
    ['Example.COM', 'example.com'],
    ['*.example.com', '*.example.com'],
    ['localhost', 'localhost'],
    ['a-b.c1.example', 'a-b.c1.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ])('takes %s', (input, name) => {
    expect(parseHostname(input)).toBe(name)
  })

  test.each([
    'a;return 200',
    '',
    '*',
    '*.',
    '*.com',
    'a.*.com',
    '*example.com',
    '_',
    'a b',
    '-x.example',
    'x-.example',
    'a..b',
    '.a',
    'a.',
    'a_b.example',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(127)}example`,
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '::1',
    '[::1]',
    '2130706433',
    'bücher.example',
    '127。0。0。1',
    'аpp.example',
    'xn--a.example',
    'a/b',
    'a:80',
    '$host',
    '~^a$',
    'a\n',
    'a\u0000',
    '"a"',
    'a{',
    'http://a.example',
  ])('refuses %j', input => {
    expect(() => parseHostname(input)).toThrow(expect.objectContaining({ code: 'invalid-hostname' }))
  })

  test('says how a name of another script is written', () => {
    expect(() => parseHostname('bücher.example')).toThrow(
      expect.objectContaining({ next: expect.stringContaining('xn--bcher-kva.example') }),
    )
  })

  test('lets nothing through that the language of nginx gives a meaning', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), input => {
        try {
          expect(parseHostname(input)).toMatch(/^(\*\.)?[a-z0-9.-]+$/)
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-hostname' })
        }
      }),
    )
  })
})

describe('paths', () => {
  test.each(['/', '/srv/app', '/srv/my app/ä"b;{#'])('takes %s on disk', path => {
    expect(parseDiskPath(path)).toBe(path)
  })

  test.each([
    '',
    'srv',
    './a',
    '/a/',
    '//a',
    '/a//b',
    '/a/../b',
    '/a/.',
    '/a\nb',
    '/a\u0000',
    '/$x',
    `/${'a'.repeat(5000)}`,
  ])('refuses %j on disk', path => {
    expect(() => parseDiskPath(path)).toThrow(expect.objectContaining({ code: 'invalid-edge' }))
  })

  test('knows how long a socket’s path can be', () => {
    expect(parseSocketPath(`/${'s'.repeat(106)}`)).toHaveLength(107)
    expect(() => parseSocketPath(`/${'s'.repeat(107)}`)).toThrow(expect.objectContaining({ code: 'invalid-edge' }))
    expect(() => parseSocketPath(`/${'ä'.repeat(54)}`)).toThrow(/107/)
    expect(() => parseSocketPath('/a:b')).toThrow(/socket/)
  })

  test.each(['/', '/static/', '/a/b.c/~x@1+2,3/'])('takes %s as a place in the site', path => {
    expect(parseUrlPrefix(path)).toBe(path)
  })

  test.each([
    '',
    'static/',
    '/static',
    '//',
    '/a//b/',
    '/a{/',
    '/%2e%2e/',
    '/../',
    '/./',
    '/a b/',
    '/ä/',
    '/a;b/',
    '/$x/',
    '/a"/',
    '/a\n/',
    'http://evil/',
    `/${'a'.repeat(300)}/`,
  ])('refuses %j as a place in the site', path => {
    expect(() => parseUrlPrefix(path)).toThrow(expect.objectContaining({ code: 'invalid-edge' }))
  })
})

describe('amounts', () => {
  test.each([
    ['10m', 10_485_760, '10m'],
    ['1024', 1024, '1k'],
    ['0', 0, '0'],
    ['1G', 2 ** 30, '1g'],
    ['1500', 1500, '1500'],
  ])('reads the size %s', (input, bytes, written) => {
    expect(parseSize(input)).toBe(bytes)
    expect(writeSize(parseSize(input))).toBe(written)
  })

  test.each([
    ['30s', 30_000, '30s'],
    ['30', 30_000, '30s'],
    ['500ms', 500, '500ms'],
    ['5m', 300_000, '300s'],
    ['1h', 3_600_000, '3600s'],
  ])('reads the time %s', (input, ms, written) => {
    expect(parseTime(input)).toBe(ms)
    expect(writeTime(parseTime(input))).toBe(written)
  })

  test.each(['', '-1', '1.5m', '10 m', '10mb', '1e9', '9999999999', '0x10', '10m;', ' 10'])('refuses %j', input => {
    expect(() => parseSize(input)).toThrow(expect.objectContaining({ code: 'invalid-edge' }))
    expect(() => parseTime(input)).toThrow(expect.objectContaining({ code: 'invalid-edge' }))
  })

  test('refuses a time nginx cannot count', () => {
    expect(() => parseTime('30d')).toThrow(/24 days/)
  })
})

describe('network', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['FD00::1', 'fd00::1'],
    ['*', '*'],
  ])('takes the address %s', (input, address) => {
    expect(parseAddress(input)).toBe(address)
  })

  test.each(['', 'localhost', '127.1', '1.2.3.4:80', 'fe80::1%eth0', '[127.0.0.1]x', '256.1.1.1', '0.0.0.0;'])(
    'refuses the address %j',
    input => {
      expect(() => parseAddress(input)).toThrow(expect.objectContaining({ code: 'invalid-edge' }))
    },
  )

  test.each([0, 65_536, -1, 1.5, Number.NaN, '80;', '', '080', '8e1', ' 80'])('refuses the port %j', input => {
    expect(() => parsePort(input)).toThrow(expect.objectContaining({ code: 'invalid-edge' }))
  })

  test.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['192.0.2.7', '192.0.2.7/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['fd00::/8', 'fd00::/8'],
    ['::1', '::1/128'],
    ['::/0', '::/0'],
    ['::ffff:0.0.0.0/96', '::ffff:0.0.0.0/96'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6/128'],
  ])('takes the network %s', (input, network) => {
    expect(parseCidr(input)).toBe(network)
  })

  test.each([
    '',
    '10.0.0.1/8',
    'fd00::1/8',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0/8',
    'all',
    '10.0.0.0/8 1',
    '10.0.0.0/-1',
  ])('refuses the network %j', input => {
    expect(() => parseCidr(input)).toThrow(expect.objectContaining({ code: 'invalid-edge' }))
  })
})

describe('headers and accounts', () => {
  test('takes a header, dollars included', () => {
    expect(parseHeader('Content-Security-Policy', "default-src 'self'; x $1")).toEqual({
      name: 'Content-Security-Policy',
      value: "default-src 'self'; x $1",
    })
  })

  test.each([
    ['A B', 'x'],
    ['', 'x'],
    ['X:', 'x'],
    ['X\r\nY', 'x'],
    ['X', 'a\r\nSet-Cookie: b'],
    ['X', ''],
    ['X', ' a'],
    ['X', 'ä'],
    ['Content-Length', '0'],
    ['transfer-encoding', 'chunked'],
    ['CONNECTION', 'close'],
  ])('refuses %j: %j', (name, value) => {
    expect(() => parseHeader(name, value)).toThrow(expect.objectContaining({ code: 'invalid-edge' }))
  })

  test('takes account names only', () => {
    expect(parseUserName('www-data')).toBe('www-data')
    for (const name of ['', '0', 'a b', 'root;', 'A', '-a'])
      expect(() => parseUserName(name)).toThrow(/not a user name/)
  })
})
