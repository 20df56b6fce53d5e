import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeZip } from '../../../../../test/support/make-wheel.ts'
import { openCache } from '../../../../kit/cache.ts'
import { findVulnerabilities, keysOf, type Judged } from './find.ts'
import { readAdvisories } from './read.ts'

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'advisories-'))))
afterEach(() => rmSync(root, { recursive: true }))

/** Records in the forms of their databases: GitHub's and PyPA's for PyPI, Debian's tracker and its notices. */
const pypi = (id: string, name: string, events: object[], more: object = {}) => ({
  id,
  modified: '2026-10-01T00:00:00Z',
  affected: [{ package: { ecosystem: 'PyPI', name }, ranges: [{ type: 'ECOSYSTEM', events }] }],
  ...more,
})
const debian = (id: string, name: string, events: object[], more: object = {}, urgency = 'not yet assigned') => ({
  id,
  modified: '2026-10-02T00:00:00Z',
  affected: ['Debian:12', 'Debian:13'].map(ecosystem => ({
    package: { ecosystem, name },
    ranges: [{ type: 'ECOSYSTEM', events }],
    ecosystem_specific: { urgency },
  })),
  ...more,
})
const high = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' }]
const package_ = (name: string, version: string, ecosystem = 'PyPI'): Judged => ({
  ecosystem,
  name,
  version,
  packages: [name],
})

async function find(records: readonly object[], ...judged: Judged[]) {
  for (const [i, record] of records.entries()) writeFileSync(join(root, `${i}.json`), JSON.stringify(record))
  const { byPackage } = await readAdvisories(root, keysOf(judged), openCache(join(root, 'cache')))
  return findVulnerabilities(judged, byPackage)
}

test('one vulnerability in two databases is one finding: the worst rating, the later fix', async () => {
  const ghsa = pypi('GHSA-a', 'Jinja2', [{ introduced: '0' }, { fixed: '3.1.6' }], {
    aliases: ['CVE-2025-1'],
    severity: high,
    summary: 'Sandbox breakout',
  })
  const pysec = pypi('PYSEC-1', 'jinja2', [{ introduced: '0' }, { fixed: '3.1.7' }], { aliases: ['CVE-2025-1'] })
  expect(await find([ghsa, pysec], package_('jinja2', '3.1.5'), package_('jinja2', '3.1.7'))).toEqual([
    {
      id: 'CVE-2025-1',
      aliases: ['GHSA-a', 'PYSEC-1'],
      level: 'high',
      score: 7.5,
      fixed: '3.1.7',
      ecosystem: 'PyPI',
      name: 'jinja2',
      version: '3.1.5',
      packages: ['jinja2'],
      summary: 'Sandbox breakout',
    },
  ])
})

test.each([
  ['1.0', [{ introduced: '0' }, { fixed: '1.0' }], null],
  ['1.0rc1', [{ introduced: '0' }, { fixed: '1.0' }], '1.0'],
  ['1.10', [{ introduced: '1.2' }, { fixed: '1.9' }], null],
  ['1.10', [{ introduced: '0' }, { fixed: '1.9' }, { introduced: '1.10' }, { fixed: '1.11' }], '1.11'],
  ['1.10', [{ fixed: '1.11' }, { introduced: '1.10' }, { fixed: '1.9' }, { introduced: '0' }], '1.11'],
  ['2.0', [{ introduced: '0' }, { last_affected: '2.0' }], undefined],
  ['2.0.1', [{ introduced: '0' }, { last_affected: '2.0' }], null],
  ['2.0', [{ introduced: '0' }], undefined],
  ['2.0', [{ introduced: 'nonsense' }], null],
  ['2.0', [], null],
])('%s within %j: fixed in %s', async (version, events, fixed) => {
  const found = await find([pypi('PYSEC-1', 'a', events)], package_('a', version))
  expect(found.map(each => each.fixed)).toEqual(fixed === null ? [] : [fixed ?? null])
})

test('versions listed one by one count without a range; what was withdrawn, or is about another ecosystem, does not', async () => {
  const listed = { id: 'MAL-1', affected: [{ package: { ecosystem: 'PyPI', name: 'a' }, versions: ['1.0', '1.2'] }] }
  const withdrawn = pypi('PYSEC-2', 'a', [{ introduced: '0' }], { withdrawn: '2026-01-01T00:00:00Z' })
  const foreign = { id: 'NPM-1', affected: [{ package: { ecosystem: 'npm', name: 'a' }, versions: ['1.0'] }] }
  expect((await find([listed, withdrawn, foreign], package_('a', '1.0.0'))).map(({ id }) => id)).toEqual(['MAL-1'])
})

test('Debian is asked by source package and release; its notices say nothing new; what it holds for unimportant is told apart', async () => {
  const cve = debian('DEBIAN-CVE-2026-7', 'glibc', [{ introduced: '0' }, { fixed: '2.41-12+deb13u6' }], {
    upstream: ['CVE-2026-7'],
  })
  const open = debian(
    'DEBIAN-CVE-2010-1',
    'glibc',
    [{ introduced: '0' }],
    { upstream: ['CVE-2010-1'], severity: high },
    'unimportant',
  )
  const notice = debian('DSA-1-1', 'glibc', [{ introduced: '0' }, { fixed: '2.41-12+deb13u6' }], {
    upstream: ['CVE-2026-7'],
  })
  const alone = debian('DSA-2-1', 'glibc', [{ introduced: '0' }, { fixed: '2.41-12+deb13u6' }], {
    upstream: ['CVE-2026-8'],
  })
  const found = await find(
    [cve, open, notice, alone],
    package_('glibc', '2.41-12+deb13u5', 'Debian:13'),
    package_('glibc', '2.36-9', 'Debian:11'),
  )
  expect(found.map(({ id, level, fixed }) => [id, level, fixed])).toEqual([
    ['CVE-2010-1', 'none', null],
    ['CVE-2026-7', 'unknown', '2.41-12+deb13u6'],
    ['DSA-2-1', 'unknown', '2.41-12+deb13u6'],
  ])
})

test('an ecosystem’s export is read as the zip it is; broken records are counted, and the newest says how old it all is', async () => {
  mkdirSync(join(root, 'PyPI'))
  const record = pypi('PYSEC-1', 'a', [{ introduced: '0' }])
  const zip = makeZip([
    { name: 'PYSEC-1.json', content: JSON.stringify(record) },
    { name: 'broken.json', content: '{"id": 7' },
    { name: 'odd.json', content: '[]' },
  ])
  writeFileSync(join(root, 'PyPI/all.zip'), zip)
  const data = await readAdvisories(root, new Set(['PyPI/a']), openCache(join(root, 'cache')))
  expect(data).toMatchObject({ records: 1, unreadable: 2, newest: '2026-10-01T00:00:00Z' })
  expect(findVulnerabilities([package_('a', '1')], data.byPackage)).toHaveLength(1)
})

test('a directory that is missing or holds nothing is an error', async () => {
  const cache = openCache(join(root, 'cache'))
  await expect(readAdvisories(join(root, 'missing'), new Set(), cache)).rejects.toMatchObject({
    code: 'no-advisory-data',
  })
  mkdirSync(join(root, 'empty'))
  await expect(readAdvisories(join(root, 'empty'), new Set(), cache)).rejects.toMatchObject({
    code: 'no-advisory-data',
  })
})

test.each([false, true])(
  'of two ratings of one level the higher score counts, whichever comes first',
  async isTurned => {
    const vector = 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H'
    const higher = [{ type: 'CVSS_V3', score: vector }]
    const records = [high, higher].map((severity, i) =>
      pypi(`PYSEC-${i}`, 'jinja2', [{ introduced: '0' }], { aliases: ['CVE-2025-2'], severity }),
    )
    const [found] = await find(isTurned ? records.toReversed() : records, package_('jinja2', '3.1.5'))
    expect(found).toMatchObject({ level: 'high', score: 8.8 })
  },
)
