import { describe, expect, test } from 'vitest'
import { can, capabilities, requireModule, requireNginx } from './capability.ts'
import { nginxCommand } from './command.ts'
import { parseDiskPath } from './path.ts'
import { compareVersions, nginxOf, parseNginx, parseVersion } from './version.ts'

const debian12 = `nginx version: nginx/1.22.1
built with OpenSSL 3.0.22 25 Aug 2026 (running with OpenSSL 3.0.19 27 Jan 2026)
TLS SNI support enabled
configure arguments: --with-cc-opt='-g -O2 --with-http_fake_module=no' --prefix=/usr/share/nginx --with-compat --with-http_ssl_module --with-http_realip_module --with-http_geoip_module=dynamic --without-http_uwsgi_module
`

describe('parseNginx', () => {
  test('reads version, OpenSSL and modules', () => {
    const nginx = parseNginx(debian12)
    expect(nginx.version).toEqual([1, 22, 1])
    expect(nginx.openssl).toEqual([3, 0, 19])
    expect([...nginx.modules]).toEqual(['compat', 'http_ssl_module', 'http_realip_module'])
    expect([...nginx.without]).toEqual(['http_uwsgi_module'])
  })

  test('takes the usual modules for granted where only the version is known', () => {
    expect(parseNginx('nginx version: nginx/1.30.6\n')).toEqual(nginxOf('1.30.6-2'))
    expect(nginxOf('1:1.26.3-3+deb13u1').version).toEqual([1, 26, 3])
  })

  test.each(['', 'bash: nginx: command not found', 'Server version: Apache/2.4.62', 'nginx version: nginx/one'])(
    'refuses %j',
    output => {
      expect(() => parseNginx(output)).toThrow(expect.objectContaining({ code: 'unknown-nginx' }))
    },
  )

  test.each(['', '1.2', '1.2.3.4', 'v1.2.3', '1.2.x'])('refuses the version %j', text => {
    expect(() => nginxOf(text)).toThrow(expect.objectContaining({ code: 'unknown-nginx' }))
  })
})

describe('capabilities', () => {
  test.each(Object.entries(capabilities))('%s begins with %s', (capability, since) => {
    const [major, minor, patch] = parseVersion(since)
    expect(can(nginxOf(since), capability as keyof typeof capabilities)).toBe(true)
    expect(can(nginxOf(`${major}.${minor}.${patch - 1}`), capability as keyof typeof capabilities)).toBe(false)
    expect(can(nginxOf('2.0.0'), capability as keyof typeof capabilities)).toBe(true)
  })

  test('compares numbers, not text', () => {
    expect(compareVersions([1, 9, 5], [1, 22, 0])).toBeLessThan(0)
  })

  test('names what an nginx lacks', () => {
    const tooOld = expect.objectContaining({ code: 'nginx-too-old' })
    expect(() => requireNginx(nginxOf('1.16.1'))).toThrow(tooOld)
    expect(() => requireNginx(nginxOf('1.18.0'))).not.toThrow()
    expect(() => requireNginx({ ...nginxOf('1.18.0'), without: new Set(['http_geo_module']) })).toThrow(
      /http_geo_module/,
    )
    expect(() => requireModule(parseNginx(debian12), 'http_v2_module', '')).toThrow(tooOld)
  })
})

test('the command keeps the compiled-in error log out where it can', () => {
  const file = parseDiskPath('/e/nginx.conf')
  expect(nginxCommand(file, nginxOf('1.18.0'), { test: true })).toEqual(['nginx', '-c', '/e/nginx.conf', '-t'])
  expect(nginxCommand(file, nginxOf('1.22.1'), { program: '/usr/sbin/nginx' })).toEqual([
    '/usr/sbin/nginx',
    '-e',
    'stderr',
    '-c',
    '/e/nginx.conf',
  ])
})
