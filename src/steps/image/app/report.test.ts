import { expect, test } from 'vitest'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Report } from '../../../model/event.ts'
import type { Tools } from '../tools.ts'
import type { AppContext } from './context.ts'
import { reportContext, reportUncompiled } from './report.ts'

function hear(tell: (tools: Tools) => void): string[] {
  const heard: string[] = []
  const report: Report = ({ level, text }) => heard.push(`${level}: ${text}`)
  tell({ report } as Tools)
  return heard
}

const nothing: AppContext = { tree: [], doubtful: [], secretFiles: [], unnameable: [], pointers: [], environments: [] }

test('what is as it should be is not worth a word', () => {
  expect(hear(tools => reportContext(nothing, { submodules: [] } as unknown as Checkout, tools))).toEqual([])
})

test('what looks like a secret where it rarely is one enters, and is said', () => {
  const doubtful = [{ file: 'tests/conftest.py', line: 3, what: 'a private key', certain: false }]
  expect(
    hear(tools => reportContext({ ...nothing, doubtful }, { submodules: [] } as unknown as Checkout, tools)),
  ).toEqual(['warning: tests/conftest.py:3 looks like a private key; it is in the image'])
})

test('what is missing is named; many files by their number', () => {
  const secretFiles = ['a.env', 'b.env', 'c.env', 'd.env', 'e.env', 'f.env', 'g.env']
  const context = { ...nothing, secretFiles, pointers: ['model.bin'] }
  const checkout = { submodules: ['vendor/theme', 'docs'] } as unknown as Checkout
  expect(hear(tools => reportContext(context, checkout, tools))).toEqual([
    'info: left out as secret: a.env, b.env, c.env, d.env, e.env and 2 more',
    'warning: a pointer of git LFS, not the file itself (`git lfs pull` fetches it): model.bin',
    'warning: a git submodule, whose files are not in the image: vendor/theme and docs',
  ])
})

test('of files that do not compile three are named', () => {
  const skipped = ['a', 'b', 'c', 'd', 'e'].map(name => ({ path: `app/${name}.py`, why: 'SyntaxError' }))
  expect(hear(tools => reportUncompiled(skipped, tools)).at(-1)).toBe('info: 2 more files do not compile')
})
