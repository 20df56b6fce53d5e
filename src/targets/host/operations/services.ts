import { list } from '../../../kit/text.ts'
import type { Operation } from '../../../model/target.ts'
import { services } from '../../../services/index.ts'
import { tell } from '../../../services/tell.ts'
import type { DeployRequest } from '../host.ts'
import { isRunning, type ServiceRecord } from '../observation.ts'
import type { ServiceWish } from '../services.ts'
import type { HostSandbox } from '../transport.ts'
import type { Work } from '../work.ts'
import type { bringService } from './bring-service.ts'
import { awaitReady, stopServices } from './service-state.ts'

/** Values the app is to be told, by variable; known once the services are there. */
export type Told = Record<string, ReturnType<typeof tell>[string]>

/** Brings the services an app asks for: made, initialised, started, ready, knowing the app. What runs as wished is left alone. */
export function bringServices(
  work: Work,
  request: DeployRequest,
  wishes: readonly ServiceWish[],
  { sandbox, told }: { readonly sandbox: HostSandbox; readonly told: (values: Told) => void },
): Operation {
  const before = Object.keys(work.seen.running['services'] ?? {})
  const titles = list(wishes.map(({ service }) => service.title))
  return {
    title: wishes.every(wish => isAsWished(work, wish)) ? `keep ${titles}` : `start ${titles}`,
    describe: () => wishes.map(({ service, address, port }) => `${service.title} on ${address}:${port}`),
    async run() {
      for (const wish of wishes) {
        const kept = isAsWished(work, wish)
        // One that a holder just started again may still be repairing itself.
        if (kept) await awaitReady(work, wish.service, kept)
        const record = kept ?? (await bring(work, request, wish, sandbox))
        told(tell(wish.plan, { ...wish, port: record.port }))
      }
    },
    async undo() {
      const kinds = wishes.map(({ service }) => service.kind).filter(kind => !before.includes(kind))
      if (kinds.length > 0) await stopServices(work, kinds)
    },
  }
}

/** Loaded where a service must be made or started only: most apps have none. */
const bring = async (...all: Parameters<typeof bringService>): Promise<ServiceRecord> =>
  (await import('./bring-service.ts')).bringService(...all)

/** The record of a service that runs just so; null for any other. */
function isAsWished({ seen }: Work, { service, access, digest }: ServiceWish): ServiceRecord | null {
  const record = seen.services[service.kind]
  if (record?.digest !== digest || !isRunning(seen, 'services', service.kind)) return null
  // Its password may be among the secrets that have changed.
  const isSecret = access.password !== null && 'secret' in access.password
  return !isSecret || record.secrets === seen.secrets.version ? record : null
}

/** Services that a release of before was told of: they run already, or start as they were last. */
export function keepServices(work: Work, kinds: readonly string[]): Operation {
  const records = Object.values(work.seen.services).filter(({ kind }) => kinds.includes(kind))
  const missing = records.filter(({ kind }) => !isRunning(work.seen, 'services', kind))
  return {
    title: missing.length > 0 ? `start ${list(missing.map(({ kind }) => kind))} as before` : 'keep the services',
    describe: () => [],
    async run() {
      const kinds = missing.map(({ kind }) => kind)
      if (kinds.length > 0) await work.lease.change('services-start', { records: [], kinds })
      for (const record of records) await awaitReady(work, services[record.kind], record)
    },
    async undo() {
      if (missing.length > 0)
        await stopServices(
          work,
          missing.map(({ kind }) => kind),
        )
    },
  }
}
