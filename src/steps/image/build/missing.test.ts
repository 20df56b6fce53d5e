import { expect, test } from 'vitest'
import { findMissing } from './missing.ts'

test.each([
  ['src/_x.c:3:10: fatal error: libpq-fe.h: No such file or directory', 'header', 'libpq-fe.h'],
  ['a.c:1:10: fatal error: mysql/mysql.h: No such file or directory\n  1 | #include <x>', 'header', 'mysql/mysql.h'],
  ['/usr/bin/ld: cannot find -lsnappy: No such file or directory', 'library', 'snappy'],
  ['Error: pg_config executable not found.', 'program', 'pg_config'],
  ['/bin/sh: 1: mysql_config: not found', 'program', 'mysql_config'],
  ["FileNotFoundError: [Errno 2] No such file or directory: 'cmake'", 'program', 'cmake'],
  ["error: command 'swig' failed: No such file or directory", 'program', 'swig'],
  ['Package libsystemd was not found in the pkg-config search path.', 'pkg-config', 'libsystemd'],
  ["Package 'dbus-1', required by 'virtual:world', not found", 'pkg-config', 'dbus-1'],
  ["No package 'cairo' found", 'pkg-config', 'cairo'],
  ['meson.build:31:12: ERROR: Dependency "cairo" not found, tried pkgconfig', 'pkg-config', 'cairo'],
  ["error: can't find Rust compiler", 'program', 'cargo'],
])('%s', (output, kind, name) => {
  expect(findMissing(`building\n${output}\nerror: failed`)).toEqual([{ kind, name }])
})

test('in the order they are said, each once; a failure of another kind names nothing', () => {
  const output = "x: fatal error: b.h: No such file or directory\nNo package 'a' found\nNo package 'a' found"
  expect(findMissing(output).map(({ name }) => name)).toEqual(['b.h', 'a'])
  expect(findMissing("a.c:1: error: expected ';'\nFileNotFoundError: 'README.md'")).toEqual([])
  expect(findMissing("No such file or directory: 'VERSION.txt'")).toEqual([])
})
