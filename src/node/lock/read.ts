import type { NodeLock } from './lock.ts'

export type NodeManager = 'npm' | 'yarn' | 'yarn-berry' | 'pnpm' | 'bun'

/** The locks of JavaScript package managers; where a repository holds several, the first of these. npm reads npm-shrinkwrap.json before its own. */
export const lockNames: readonly (readonly [file: string, manager: Exclude<NodeManager, 'yarn-berry'>])[] = [
  ['npm-shrinkwrap.json', 'npm'],
  ['package-lock.json', 'npm'],
  ['yarn.lock', 'yarn'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
]

/** Bytes a lock may have; the largest real ones have a few. */
export const largestLock = 64 * 1024 ** 2

/** Yarn 1 and its successors write different formats under one name. */
export function managerOf(manager: (typeof lockNames)[number][1], text: string): NodeManager {
  return manager === 'yarn' && /^__metadata:/m.test(text) ? 'yarn-berry' : manager
}

/** What a lock pins. Throws NodeLockError for text its manager did not write. */
export async function readNodeLock(manager: Exclude<NodeManager, 'bun'>, text: string): Promise<NodeLock> {
  if (manager === 'npm') return (await import('./npm.ts')).readNpmLock(text)
  if (manager === 'yarn') return (await import('./yarn-classic.ts')).readYarnClassicLock(text)
  if (manager === 'pnpm') return (await import('./pnpm.ts')).readPnpmLock(text)
  return (await import('./yarn-berry.ts')).readYarnBerryLock(text)
}
