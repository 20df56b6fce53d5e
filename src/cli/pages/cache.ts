import { count, size } from '../../kit/text.ts'
import type { Style } from '../face/style.ts'

export interface KindSize {
  readonly kind: string
  readonly entries: number
  readonly bytes: number
}

/** What a kind of entry is, for people; others are small. */
const meanings: Readonly<Record<string, string>> = {
  'layer-tree': 'layers, unpacked: what runs',
  'oci-blob': 'layers, compressed',
  'wheel-files': 'wheels, unpacked',
  wheel: 'wheels, as downloaded',
  sdist: 'source distributions',
  'built-wheel': 'wheels built from source',
  'deb-1': 'Debian packages, unpacked',
  bytecode: 'bytecode of packages',
  osv: 'vulnerability data, indexed',
  'npm-archive': 'JavaScript packages, as downloaded',
  'front-end-programs': 'Node.js and package managers',
}

/** What the cache holds, the largest first. */
export function cachePage(root: string, kinds: readonly KindSize[], style: Style): string {
  return [
    '',
    `${style.bold(size(total(kinds)))} in ${root}`,
    '',
    ...kindLines(kinds, style),
    '',
    `${style.dim('next')}   wherry cache prune       removes what was not used for 30 days; what releases run from stays`,
    '',
  ].join('\n')
}

export interface Pruned {
  readonly dryRun: boolean
  /** Directories of unfinished work whose process is gone. */
  readonly unfinished: number
  /** Images of directories in the stores of docker and podman. */
  readonly images: number
  readonly removed: readonly KindSize[]
  readonly kept: readonly KindSize[]
}

export function prunedPage({ dryRun, unfinished, images, removed, kept }: Pruned, style: Style): string {
  const would = dryRun ? 'would be removed' : 'removed'
  const work = unfinished > 0 ? [`  ${count(unfinished, 'unfinished piece')} of work ${would}`] : []
  if (images > 0) work.push(`  ${count(images, 'image')} of steps in docker or podman ${would}`)
  if (removed.length === 0 && work.length === 0) return `nothing to remove; ${size(total(kept))} in use or recent`
  return [
    '',
    `${style.bold(size(total(removed)))} ${would} · ${size(total(kept))} stay`,
    '',
    ...kindLines(removed, style),
    ...work,
    '',
  ].join('\n')
}

function kindLines(kinds: readonly KindSize[], style: Style): string[] {
  return kinds.map(
    ({ kind, entries, bytes }) =>
      `  ${size(bytes).padStart(8)}  ${meanings[kind] ?? kind}${style.dim(` · ${entries}`)}`,
  )
}

function total(kinds: readonly KindSize[]): number {
  return kinds.reduce((sum, { bytes }) => sum + bytes, 0)
}
