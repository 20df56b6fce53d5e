import { expect, test } from 'vitest'
import { styler } from '../face/style.ts'
import { updatePage, type UpdateFacts } from './update.ts'

const style = styler(process.stdout, { NO_COLOR: '1' })
const packages = {
  added: [],
  removed: [],
  changed: [{ ecosystem: 'python', name: 'flask', from: '3.0', to: '3.1' }],
} as const
const facts: UpdateFacts = { packages, advisories: null, written: true, dryRun: false, first: false }

test('what moved is named, and whether it is written', () => {
  expect(updatePage(facts, style)).toContain('1 package moved · wherry.lock is written')
  expect(updatePage(facts, style)).toContain('~ flask  3.0 → 3.1')
  expect(updatePage({ ...facts, written: false, dryRun: true }, style)).toContain('would change (--dry-run)')
  expect(updatePage({ ...facts, written: false }, style)).toContain('cannot be written')
})

test('where nothing moved, that is all there is to say', () => {
  const nothing = { added: [], removed: [], changed: [] }
  expect(updatePage({ ...facts, packages: nothing, written: false }, style)).toBe('✓ everything is as new as it can be')
})
