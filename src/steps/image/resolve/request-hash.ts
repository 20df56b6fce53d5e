import { createHash } from 'node:crypto'
import type { BaseLock } from '../../../model/lock.ts'
import type { FrontEndPlan, Plan } from '../../../model/plan.ts'
import type { SystemLibraryFact } from '../../../model/project.ts'
import { withoutCredentials } from '../credentials.ts'
import type { Wanted } from './wanted.ts'

/** What is asked of a resolution. */
export interface Request {
  readonly plan: Plan
  readonly wanted: Wanted
  readonly libraries: readonly SystemLibraryFact[]
  readonly architecture: BaseLock['architecture']
}

/**
 * What a lock answers: another request needs another lock. Where the words stand in their files does not matter, nor with what
 * password an index is asked: the hash is committed.
 */
export function requestHash({ plan, wanted, libraries, architecture }: Request): string {
  const { base, serve, debianPackages, buildPackages, frontEnds } = plan.image
  const { lock } = wanted
  const request = {
    architecture,
    base,
    server: [serve.server, serve.addServer],
    debian: debianPackages,
    build: buildPackages,
    libraries: libraries.map(({ name }) => name),
    directory: wanted.directory,
    requirements: wanted.requirements.map(withoutPlace),
    sources: { ...wanted.sources, constraints: wanted.sources.constraints.map(withoutPlace) },
    // Absent for most: a lock of before there were front-ends still answers.
    ...(frontEnds.length === 0 ? {} : { frontEnds: frontEnds.map(builderOf) }),
    lock: lock && { format: lock.format, packages: lock.packages, roots: lock.roots },
  }
  return createHash('sha256').update(JSON.stringify(request, plain)).digest('hex')
}

/** What decides which Node.js and which package manager build it. */
function builderOf({ directory, manager, lock, node, tool }: FrontEndPlan): object {
  return { directory, manager, lock, node, tool }
}

function withoutPlace<T extends { readonly file: unknown; readonly line: unknown }>(item: T): Omit<T, 'file' | 'line'> {
  const { file: _, line: __, ...rest } = item
  return rest
}

function plain(_: string, value: unknown): unknown {
  if (value instanceof Map) return [...value]
  if (value instanceof Set) return [...value]
  return typeof value === 'string' ? withoutCredentials(value) : value
}
