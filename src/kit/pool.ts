/**
 * Maps items with at most `limit` of them in work at once; results keep the items' order. The first failure rejects, after what
 * was in work has ended: nobody cleans up a directory somebody still writes into.
 */
export async function mapPool<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = Array.from<R>({ length: items.length })
  let next = 0
  let failed: { error: unknown } | null = null
  const work = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next
      next += 1
      try {
        results[index] = await map(items[index] as T, index)
      } catch (error) {
        failed ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, work))
  if (failed) throw (failed as { error: unknown }).error
  return results
}
