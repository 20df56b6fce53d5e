import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { siteIn, sitesIn, staticsIn } from '../../test/support/nginx-sites.ts'
import { readNginx, type Read } from '../../test/support/nginx-tokens.ts'
import {
  parseAddress,
  parseCidr,
  parseDiskPath,
  parseHeader,
  parseHostname,
  parsePort,
  pathBelow,
  parseTime,
  parseUrlPrefix,
} from './index.ts'
import { writeConfiguration } from './configuration.ts'
import { errorPages } from './error-pages.ts'
import { reasons } from './numbers.ts'
import type { Listen, Site } from './site.ts'
import { nginxOf, type Nginx } from './version.ts'

const versions = ['1.18.0', '1.22.1', '1.26.3', '1.30.6'] as const
const secure: Listen = { address: parseAddress('*'), port: parsePort(443), tls: true }
const plain: Listen = { address: parseAddress('*'), port: parsePort(80) }
const tls = { certificate: parseDiskPath('/e/cert.pem'), key: parseDiskPath('/e/key.pem') }

function statements(site: Site, nginx: Nginx = nginxOf('1.26.3')): Read[] {
  const all = (reads: readonly Read[]): Read[] => reads.flatMap(read => [read, ...all(read.block ?? [])])
  return all(readNginx(writeConfiguration(site, nginx)))
}

function lines(site: Site, nginx?: Nginx): string[] {
  return statements(site, nginx).map(read => read.words.join(' '))
}

describe('writeConfiguration', () => {
  test('is read as the same tree for every site and version: no value becomes a directive', () => {
    fc.assert(
      fc.property(sitesIn('/srv/app'), fc.constantFrom(...versions), (site, version) => {
        const read = statements(site, nginxOf(version))
        const count = (name: string) => read.filter(({ words }) => words[0] === name).length
        expect(count('server')).toBe((site.serverNames.length > 0 ? 2 : 1) + 1) // and the upstream's `server`
        expect(count('alias')).toBe(count('location') - count('proxy_pass'))
        expect(count('proxy_pass')).toBe(
          site.statics.length === 0 || site.statics.some(files => files.url === '/') ? 1 : 2,
        )
        expect(count('include')).toBe(site.extraFile ? 1 : 0)
        const names = read.findLast(({ words }) => words[0] === 'server_name')?.words.slice(1)
        expect(names).toEqual(site.serverNames.length > 0 ? site.serverNames : ['_'])
      }),
    )
  })

  test('writes only what the version knows', () => {
    const site = siteIn('/e', {
      listen: [secure, plain],
      tls,
      serverNames: [parseHostname('a.example')],
      statics: [staticsIn('/e')],
    })
    const words = (version: string) => new Set(lines(site, nginxOf(version)))
    expect(words('1.18.0')).not.toContain('keepalive_time 2s')
    expect(words('1.18.0')).toContain('default close')
    expect(words('1.18.0')).not.toContain('ssl_reject_handshake on')
    expect(words('1.22.1')).toContain('keepalive_time 2s')
    expect(words('1.22.1')).toContain('listen *:443 ssl http2')
    expect(words('1.26.3')).toContain('http2 on')
    expect(words('1.26.3')).toContain('listen *:443 ssl')
    expect(words('1.26.3')).not.toContain('keepalive_min_timeout 2s')
    expect(words('1.30.6')).toContain('keepalive_min_timeout 2s')
    expect(words('1.30.6')).toContain('add_header_inherit merge')
  })

  test('leaves out what this build of nginx lacks', () => {
    const bare: Nginx = { ...nginxOf('1.26.3'), modules: new Set(), without: new Set(['http_uwsgi_module']) }
    const site = siteIn('/e', { statics: [staticsIn('/e')] })
    expect(lines(site, bare).filter(line => /uwsgi|gzip_static/.test(line))).toEqual([])
    const trusting = siteIn('/e', { trustedProxies: [parseCidr('10.0.0.0/8')] })
    expect(() => writeConfiguration(trusting, bare)).toThrow(expect.objectContaining({ code: 'nginx-too-old' }))
    const encrypted = siteIn('/e', { listen: [secure], tls })
    expect(() => writeConfiguration(encrypted, bare)).toThrow(/http_ssl_module/)
  })

  test('offers the hybrid key exchange only where OpenSSL knows it', () => {
    const site = siteIn('/e', { listen: [secure], tls })
    const curve = (openssl: Nginx['openssl']) =>
      lines(site, { ...nginxOf('1.26.3'), openssl }).find(line => line.startsWith('ssl_ecdh'))
    expect(curve([3, 5, 0])).toContain('X25519MLKEM768')
    expect(curve([3, 0, 19])).not.toContain('X25519MLKEM768')
    expect(curve(null)).not.toContain('X25519MLKEM768')
  })

  test('leaves holes for what only the machine knows', () => {
    const site = siteIn('/e', {
      listen: [
        { address: parseAddress('*'), port: '@PORT@' },
        { address: parseAddress('::'), port: '@PORT@' },
      ],
      app: { socket: '@SOCKET@', timeout: parseTime('30s') },
      pidFile: pathBelow('@RUN@', 'nginx.pid'),
      workerProcesses: '@CPUS@',
    })
    expect(lines(site)).toEqual(
      expect.arrayContaining([
        'listen *:@PORT@ default_server backlog=4096',
        'listen [::]:@PORT@ default_server backlog=4096',
        'server unix:@SOCKET@',
        'pid @RUN@/nginx.pid',
        'worker_processes @CPUS@',
      ]),
    )
  })

  test('waits longer than the app', () => {
    expect(lines(siteIn('/e', { app: { ...siteIn('/e').app, timeout: parseTime('90s') } }))).toContain(
      'proxy_read_timeout 95s',
    )
  })

  test('keeps connections longer than a load balancer in front', () => {
    expect(lines(siteIn('/e'))).toContain('keepalive_timeout 75s')
    expect(lines(siteIn('/e', { trustedProxies: [parseCidr('10.0.0.0/8')] }))).toContain('keepalive_timeout 650s')
  })

  test('sends plain requests to the TLS listener, whatever its port', () => {
    const other = { ...secure, port: parsePort(8443) }
    expect(lines(siteIn('/e', { listen: [plain, secure], tls }))).toContain('return 308 https://$host$request_uri')
    expect(lines(siteIn('/e', { listen: [plain, other], tls }))).toContain('return 308 https://$host:8443$request_uri')
  })

  test('writes a dollar only through a variable', () => {
    const text = writeConfiguration(siteIn('/e', { headers: [parseHeader('X-Price', '$5')] }), nginxOf('1.26.3'))
    expect(text).toContain('"" "${wherry_dollar}5";')
  })

  const contradictions: readonly (readonly [string, Partial<Site>])[] = [
    ['no listener', { listen: [] }],
    ['one listener twice', { listen: [plain, plain] }],
    ['one name twice', { serverNames: [parseHostname('a.example'), parseHostname('A.example')] }],
    ['one place twice', { statics: [staticsIn('/e'), staticsIn('/f')] }],
    ['a place of the edge itself', { statics: [staticsIn('/e', { url: parseUrlPrefix('/.wherry/errors/') })] }],
    ['TLS without a certificate', { listen: [secure] }],
    ['a certificate without TLS', { tls }],
    ['no workers', { workerProcesses: 0 }],
    ['half a worker', { workerProcesses: 1.5 }],
    ['a pattern for the extra file', { extraFile: parseDiskPath('/e/*.conf') }],
  ]
  test.each(contradictions)('refuses %s', (_, changes) => {
    expect(() => writeConfiguration(siteIn('/e', changes), nginxOf('1.26.3'))).toThrow(
      expect.objectContaining({ code: 'invalid-edge' }),
    )
  })
})

test('every number has its reason', () => {
  expect(reasons().length).toBeGreaterThan(20)
  for (const { value, why } of reasons()) {
    expect(value).toMatch(/^\d+[a-z]{0,2}$/)
    expect(why.length).toBeGreaterThan(20)
  }
})

test('the error pages stand on their own', () => {
  const pages = errorPages()
  expect(Object.keys(pages).sort()).toEqual(
    ['bad-gateway', 'maintenance', 'timeout', 'unavailable'].flatMap(name => [`${name}.html`, `${name}.json`]),
  )
  for (const [file, page] of Object.entries(pages)) {
    if (file.endsWith('.json')) expect(JSON.parse(page)).toMatchObject({ error: file.slice(0, -5) })
    else expect(page).not.toMatch(/src=|href=|url\(|@import|<script/)
  }
})
