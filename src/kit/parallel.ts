/** Maps with at most `width` at work at once, results in the order of the items. The first failure ends it: nothing new is begun. */
export async function mapParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = Array.from({ length: items.length })
  let next = 0
  let failed = false
  const worker = async (): Promise<void> => {
    while (!failed && next < items.length) {
      const index = next
      next += 1
      try {
        results[index] = await work(items[index]!, index)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, worker))
  const broken = workers.find(outcome => outcome.status === 'rejected')
  if (broken) throw broken.reason
  return results
}
