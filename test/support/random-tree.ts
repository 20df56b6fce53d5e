import fc from 'fast-check'
import type { Entry, Tree } from '../../src/model/tree.ts'

/** Trees that a layer may hold, with everything a tar finds hard: long and foreign names, large owners, empty files, links. */
export function anyTree(): fc.Arbitrary<Tree> {
  const name = fc.oneof(
    fc.constantFrom('a', 'b', 'a-b', 'a.b', 'ab', 'bin', 'ü', '日本', '😀', 'ﬀ', ' ', '-', '\\', '~x', '..a'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter(isName),
    fc.integer({ min: 60, max: 250 }).map(n => 'n'.repeat(n)),
  )
  const path = fc.array(name, { minLength: 1, maxLength: 5 }).map(parts => parts.join('/'))
  const owner = fc.constantFrom(0, 10001, 2097151, 2097152, 3_000_000_000)
  const mode = fc.constantFrom(0o644, 0o755, 0o600, 0o555, 0o777)
  const entry: fc.Arbitrary<Entry> = fc.oneof(
    fc.record({ path, owner, mode, data: fc.uint8Array({ maxLength: 1500 }) }).map(({ path, owner, mode, data }) => ({
      kind: 'file' as const,
      path,
      owner,
      mode,
      size: data.length,
      bytes: { data },
    })),
    fc.record({ path, owner, mode, kind: fc.constant('directory' as const) }),
    fc.record({
      path,
      owner,
      target: fc.oneof(
        path,
        path.map(p => `/${p}`),
      ),
      kind: fc.constant('link' as const),
    }),
  )
  return fc.array(entry, { maxLength: 25 }).map(consistent)
}

/** Drops entries that contradict one before: the same path, or a path through what is no directory. */
function consistent(entries: readonly Entry[]): Tree {
  const kinds = new Map<string, Entry['kind'] | 'parent'>()
  return entries.filter(({ path, kind }) => {
    const before = kinds.get(path)
    if (before !== undefined && (before !== 'parent' || kind !== 'directory')) return false
    const parents = parentsOf(path)
    if (parents.some(parent => kinds.get(parent) === 'file' || kinds.get(parent) === 'link')) return false
    for (const parent of parents) if (!kinds.has(parent)) kinds.set(parent, 'parent')
    kinds.set(path, kind)
    return true
  })
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

function isName(text: string): boolean {
  return (
    !/[/\u0000-\u001F\u007F\uFFFD]/.test(text) &&
    text.isWellFormed() &&
    !['.', '..'].includes(text) &&
    !text.startsWith('.wh.')
  )
}
