import { z } from 'zod'
import type { Cache } from '../../kit/cache.ts'
import { digestOf, hexOf } from '../digest.ts'
import { openMemo } from '../memo.ts'

/** Where a registry was seen to hold a blob: another repository of it can then take it over, and nothing travels. */

const kind = 'oci-place'
const schema = z.object({ repository: z.string() })

/** The repository of `host` that held the blob when it was first seen there; it may be gone, which costs one question. */
export async function knownPlace(digest: string, host: string, cache: Cache): Promise<string | null> {
  return (await openMemo(cache, kind, schema).find(keyOf(digest, host)))?.repository ?? null
}

export async function rememberPlace(digest: string, host: string, repository: string, cache: Cache): Promise<void> {
  await openMemo(cache, kind, schema).keep(keyOf(digest, host), { repository })
}

function keyOf(digest: string, host: string): string {
  return hexOf(digestOf(`${host} ${digest}`))
}
