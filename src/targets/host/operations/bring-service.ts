import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { openCache } from '../../../kit/cache.ts'
import { duration } from '../../../kit/text.ts'
import { majorOf, makeServiceImage, type ServiceImage } from '../../../services/image.ts'
import { locates } from '../../../services/locates.ts'
import type { Programs } from '../../../services/service.ts'
import type { DeployRequest } from '../host.ts'
import { isRunning, type ServiceRecord } from '../observation.ts'
import { serviceDataVersion } from '../service-errors.ts'
import { serviceOwner, serviceProcess, serviceSpec } from '../service-spec.ts'
import type { ServiceWish } from '../services.ts'
import type { HostSandbox } from '../transport.ts'
import type { Work } from '../work.ts'
import { runJob } from './service-job.ts'
import { awaitReady, stopServices } from './service-state.ts'

/** Makes one service from its packages, starts it where the app will look for it, and brings it to know the app. */
export async function bringService(
  work: Work,
  request: DeployRequest,
  wish: ServiceWish,
  sandbox: HostSandbox,
): Promise<ServiceRecord> {
  const { service, address } = wish
  const { kind } = service
  const began = performance.now()
  const task = { step: 'release', task: kind } as const
  work.report({ ...task, level: 'start', text: `${service.title} for the app` })
  const known = work.seen.services[kind]
  const moves = known !== undefined && (known.address !== address || (!wish.anyPort && known.port !== wish.port))
  if (moves) await stopServices(work, [kind])
  const tells = wish.plan.variables.filter(locates)
  const names = tells.map(({ name }) => name)
  const claimed = { kind, address, port: wish.port, any: wish.anyPort, names }
  const { port } = await work.lease.change('services-claim', claimed, z.object({ port: z.number() }))
  const image = await imageFor(work, request, wish)
  await sendImage(work, image)
  const programs = programsOf(wish, port, { image, sandbox })
  const staged = await stage(work, wish, { programs, image, sandbox })
  if (staged.fresh) await initialise(work, wish, programs, sandbox)
  const { suite, packages } = image
  const started = digestOf([programs.start, programs.files, image.directory])
  const process = serviceProcess(work.agent.home, service, kind, sandbox)
  const how = { digest: wish.digest, started, secrets: staged.secrets, suite, packages: [...packages] }
  const record: ServiceRecord = { kind, address, port, process, ...how }
  await restart(work, record, staged.changed)
  await awaitReady(work, service, record)
  if (programs.prepare) await runJob(work, wish, 'prepare', sandbox)
  // Written again only now: a service that could not be prepared is not what was wished.
  await work.lease.change('services-start', { records: [record], kinds: [kind] })
  const text = `${service.title} ${majorOf(service, packages)} ${staged.fresh ? 'made' : 'ready'} in ${duration(performance.now() - began)}`
  work.report({ ...task, level: 'done', text })
  return record
}

interface Found extends ServiceImage {
  readonly suite: string
}

/** The packages a service was made of stay: a new release of the app must not bring another major version over old data. */
async function imageFor({ seen, signal }: Work, { made }: DeployRequest, { service }: ServiceWish): Promise<Found> {
  const known = seen.services[service.kind]
  const suite = known?.suite ?? made.lock.base.suite
  const image = await makeServiceImage(service, {
    suite,
    architecture: made.image.config.architecture,
    cache: openCache(),
    ...(signal ? { signal } : {}),
    ...(known ? { packages: known.packages } : {}),
  })
  return { ...image, suite }
}

/** To a server that does not have it; here it is in the cache. */
async function sendImage({ agent, report, signal }: Work, { directory, layers }: ServiceImage): Promise<void> {
  const shipment = await agent.transport.shipment?.([{ directory, layers }])
  await shipment?.send({ report, ...(signal ? { signal } : {}) })
}

function programsOf(
  { service, address, access }: ServiceWish,
  port: number,
  { image, sandbox }: Pick<Made, 'image' | 'sandbox'>,
): Programs {
  const find = (paths: readonly string[]): string => {
    const found = paths.find(path => existsSync(join(image.directory, path)))
    if (found === undefined) throw new Error(`${service.title} has none of ${paths.join(', ')}`)
    return join(sandbox.place(image.directory), found)
  }
  return service.run({ address, port, access, major: majorOf(service, image.packages), find })
}

interface Made {
  readonly programs: Programs
  readonly image: ServiceImage
  readonly sandbox: HostSandbox
}

const stageAnswer = z.object({
  /** True when its volume is empty. */
  fresh: z.boolean(),
  /** Major version that wrote what lies there, where it can be told. */
  version: z.string().nullable(),
  /** True when a file it reads is another than before. */
  changed: z.boolean(),
  /** Version of the secrets that were filled in. */
  secrets: z.number(),
})

async function stage(
  work: Work,
  wish: ServiceWish,
  { programs, image, sandbox }: Made,
): Promise<z.infer<typeof stageAnswer>> {
  const { service, access } = wish
  const { kind } = service
  const argvs = { [kind]: programs.start, initialise: programs.initialise, prepare: programs.prepare }
  const specs = Object.entries(argvs).flatMap(([name, argv]) =>
    argv === null ? [] : [[name, serviceSpec(work.agent.home, service, { argv, image, sandbox })] as const],
  )
  const secret = access.password && 'secret' in access.password ? access.password.secret : null
  const { files, inputs } = programs
  const wanted = { kind, owner: serviceOwner, secret, files, inputs, specs: Object.fromEntries(specs) }
  const staged = await work.lease.change('services-stage', wanted, stageAnswer)
  const major = majorOf(service, image.packages)
  if (kind !== 'postgres' || staged.fresh || staged.version === major) return staged
  const place = join(work.agent.home, 'services', kind, 'data')
  throw serviceDataVersion({
    what: `The data of ${service.title} were written by version ${staged.version ?? '(unknown)'}, and this is ${major}.`,
    why: `They lie in ${place}.`,
    next: `Dump them with ${service.title} ${staged.version ?? ''} and restore them, or move the directory away for an empty database.`,
  })
}

async function initialise(work: Work, wish: ServiceWish, programs: Programs, sandbox: HostSandbox): Promise<void> {
  if (programs.initialise) await runJob(work, wish, 'initialise', sandbox)
  await work.lease.change('services-keep', { kind: wish.service.kind })
}

/** Starts it; one that runs with other settings is stopped first. */
async function restart(work: Work, record: ServiceRecord, changed: boolean): Promise<void> {
  const isOther = changed || work.seen.services[record.kind]?.started !== record.started
  if (isOther && isRunning(work.seen, 'services', record.kind)) await stopServices(work, [record.kind])
  await work.lease.change('services-start', { records: [{ ...record, digest: '' }], kinds: [record.kind] })
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
