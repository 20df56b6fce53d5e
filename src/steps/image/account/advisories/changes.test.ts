import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { smallLock } from '../../../../../test/support/small-lock.ts'
import { openCache } from '../../../../kit/cache.ts'
import { advisoryChanges } from './changes.ts'

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'changes-'))))
afterEach(() => rmSync(root, { recursive: true }))

function write(id: string, ecosystem: string, name: string, events: object[], urgency = ''): void {
  const affected = [
    { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events }], ecosystem_specific: { urgency } },
  ]
  writeFileSync(join(root, `${id}.json`), JSON.stringify({ id, affected }))
}

test('an update tells what it closes, what it brings, and what stays', async () => {
  write('CVE-1', 'Debian:13', 'glibc', [{ introduced: '0' }, { fixed: '2.41-2' }])
  write('CVE-2', 'PyPI', 'flask', [{ introduced: '3.1' }])
  write('CVE-3', 'PyPI', 'jinja2', [{ introduced: '0' }])
  write('CVE-4', 'Debian:13', 'glibc', [{ introduced: '0' }, { fixed: '2.41-2' }], 'unimportant')
  const before = smallLock({ 'glibc/libc6': '2.41-1+b2', 'glibc/libc-bin': '2.41-1' }, { flask: '3.0', jinja2: '3.0' })
  const after = smallLock({ 'glibc/libc6': '2.41-2', 'glibc/libc-bin': '2.41-2' }, { flask: '3.2', jinja2: '3.1' })
  const changes = await advisoryChanges(before, after, root, openCache(join(root, 'cache')))
  expect(changes.closed.map(({ id, packages }) => [id, packages])).toEqual([['CVE-1', ['libc6', 'libc-bin']]])
  expect(changes.opened.map(({ id }) => id)).toEqual(['CVE-2'])
  expect(changes.open).toBe(1)
})
