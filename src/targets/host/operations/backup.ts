import { z } from 'zod'
import { list } from '../../../kit/text.ts'
import type { Operation } from '../../../model/target.ts'
import type { DeployRequest } from '../host.ts'
import type { Work } from '../work.ts'

/** Copies SQLite databases before migrations touch them. The copies stay with the release; undone, they go with it. */
export function backup(work: Work, request: DeployRequest, release: number): Operation {
  const places = [...request.plan.data, ...request.made.lock.data]
  const databases = [...new Set(places.filter(({ kind }) => kind === 'sqlite').map(({ path }) => path))]
  return {
    title: `copy ${list(databases)} before the release process`,
    describe: () => databases.map(path => `data/${path} → releases/${release}/backup/`),
    async run() {
      const answer = z.object({ copied: z.array(z.object({ database: z.string() })) })
      await work.lease.change('backup', { release, databases }, answer)
    },
  }
}

export function hasDatabases({ plan, made }: Pick<DeployRequest, 'plan' | 'made'>): boolean {
  return [...plan.data, ...made.lock.data].some(({ kind }) => kind === 'sqlite')
}
