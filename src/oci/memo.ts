import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { z } from 'zod'
import type { Cache } from '../kit/cache.ts'

/** Small facts kept in the content cache: what was found out about a tree, so that it need not be read again. */
export interface Memo<T> {
  find(key: string): Promise<T | null>
  keep(key: string, value: T): Promise<void>
}

/** Keys are lower-case hex. An entry that cannot be read, cut short by a crash or written by another version, counts as absent. */
export function openMemo<T>(cache: Cache, kind: string, schema: z.ZodType<T>): Memo<T> {
  return {
    async find(key) {
      const path = await cache.find(kind, key)
      if (path === null) return null
      try {
        return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
      } catch {
        rmSync(path, { force: true })
        return null
      }
    },
    async keep(key, value) {
      await cache.entry(kind, key, async path => writeFileSync(path, JSON.stringify(value)))
    },
  }
}
