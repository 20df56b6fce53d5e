import { expect, test } from 'vitest'
import { ruleFor } from './left-out.ts'

const stays = [
  'usr/share/doc/libc6',
  'usr/share/doc/libc6/copyright',
  'usr/share/common-licenses/GPL-3',
  'usr/lib/locale/C.utf8/LC_CTYPE',
  'usr/lib/locale/C.utf8',
  'usr/share/zoneinfo/Europe/Berlin',
  'usr/lib/x86_64-linux-gnu/libc.so.6',
  'usr/lib/python3.13/unittest/case.py',
  'usr/lib/python3.13/lib-dynload/_ssl.cpython-313-x86_64-linux-gnu.so',
  'usr/lib/python3/dist-packages/test.py',
  'etc/mime.types',
  'etc/nginx/nginx.conf',
  'usr/sbin/ldconfig',
  'usr/share/management/x',
]
const goes = [
  'usr/share/doc/libc6/NEWS.gz',
  'usr/share/doc/libc6/examples/copyright',
  'usr/share/man/man1/a.1.gz',
  'usr/lib/locale/de_DE.utf8/LC_CTYPE',
  'usr/share/zoneinfo/right/Europe/Berlin',
  'usr/lib/python3.13/test/support/__init__.py',
  'usr/lib/python3.13/json/__pycache__/decoder.cpython-313.pyc',
  'usr/lib/python3.13/lib-dynload/_testcapi.cpython-313-x86_64-linux-gnu.so',
  'usr/lib/x86_64-linux-gnu/libc.a',
  'usr/lib/systemd/system/nginx.service',
  'etc/init.d/nginx',
  'etc/cron.daily/x',
]

test('what an app needs stays, what it does not goes', () => {
  expect(stays.filter(path => ruleFor(path) !== null)).toEqual([])
  expect(goes.filter(path => ruleFor(path) === null)).toEqual([])
})

test('no path makes a rule run away', () => {
  for (const path of [`usr/lib/${'a/'.repeat(20_000)}b`, `usr/lib/${'a'.repeat(100_000)}`, '/'.repeat(50_000)]) {
    expect(ruleFor(path)).toBeNull()
  }
})
