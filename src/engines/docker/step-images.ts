import { z } from 'zod'
import type { Daemon } from './daemon.ts'

/** Images of directories that steps run in: names in an engine's store, made again from the cache whenever one is missing. */
export const stepImages = { repository: 'localhost/wherry-inside', label: 'dev.wherry.inside' } as const

const listSchema = z.array(z.object({ RepoTags: z.array(z.string()).nullish() }))
const ours = new RegExp(`^${stepImages.repository}:[0-9a-f]{24}$`)

/** The names of those that an engine's store holds. */
export async function listStepImages({ client }: Pick<Daemon, 'client'>): Promise<readonly string[]> {
  const filters = JSON.stringify({ label: [`${stepImages.label}=1`] })
  const { body } = await client.call('GET', '/images/json', { query: { filters } })
  const listed = listSchema.parse(JSON.parse(body.toString('utf8')))
  return listed.flatMap(({ RepoTags }) => RepoTags ?? []).filter(name => ours.test(name))
}

/** Removes one; false when the engine keeps it, as long as a container is made of it. */
export async function removeStepImage({ client }: Pick<Daemon, 'client'>, name: string): Promise<boolean> {
  const removed = client.call('DELETE', `/images/${encodeURIComponent(name)}`)
  return removed.then(
    () => true,
    () => false,
  )
}
