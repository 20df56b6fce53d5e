import { ownArchitecture } from '../../../kit/architecture.ts'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { openCache } from '../../../kit/cache.ts'
import { duration, list } from '../../../kit/text.ts'
import type { Operation } from '../../../model/target.ts'
import { majorOf, makeServiceImage, type ServiceImage } from '../../../services/image.ts'
import { services } from '../../../services/index.ts'
import { locates } from '../../../services/locates.ts'
import type { Programs, Service } from '../../../services/service.ts'
import { tell } from '../../../services/tell.ts'
import { codeOf } from '../ending.ts'
import { evidenceIn } from '../evidence.ts'
import type { DeployRequest } from '../host.ts'
import { isRunning, type ServiceRecord } from '../observation.ts'
import { serviceDataVersion, serviceNotPrepared, serviceNotReady } from '../service-errors.ts'
import { serviceOwner, serviceProcess, serviceSpec } from '../service-spec.ts'
import type { ServiceWish } from '../services.ts'
import type { HostSandbox } from '../transport.ts'
import { watch, type Work } from '../work.ts'

/** Values the app is to be told, by variable; known once the services are there. */
export type Told = Record<string, ReturnType<typeof tell>[string]>

/** Seconds a service may take until it answers; one that repairs itself after a crash goes on for longer. */
const readyTimeout = 600

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
        if (kept) await ready(work, wish.service, kept)
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

/** The record of a service that runs just so; null for any other. */
function isAsWished({ seen }: Work, { service, access, digest }: ServiceWish): ServiceRecord | null {
  const record = seen.services[service.kind]
  if (record?.digest !== digest || !isRunning(seen, 'services', service.kind)) return null
  // Its password may be among the secrets that have changed.
  const isSecret = access.password !== null && 'secret' in access.password
  return !isSecret || record.secrets === seen.secrets.version ? record : null
}

async function bring(
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
  await ready(work, service, record)
  if (programs.prepare) await job(work, wish, 'prepare', sandbox)
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
    architecture: ownArchitecture,
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
  if (programs.initialise) await job(work, wish, 'initialise', sandbox)
  await work.lease.change('services-keep', { kind: wish.service.kind })
}

/** Runs a program of the service to its end; parented by the holder, so that losing us does not break it off. */
async function job(
  work: Work,
  { service }: ServiceWish,
  name: 'initialise' | 'prepare',
  sandbox: HostSandbox,
): Promise<void> {
  const group = 'job-services'
  const watched = watch({ agent: work.agent, report: () => {} }, group)
  const process = serviceProcess(work.agent.home, service, name, sandbox)
  await work.lease.change('services-job', { kind: service.kind, process })
  for (;;) {
    const { processes } = await watched.look()
    const state = processes[name]
    if (state?.state === 'running') {
      await sleep(50)
      continue
    }
    await watched.look()
    await work.lease.change('stop', { group, grace: 0 })
    if (state?.code === 0) return
    throw serviceNotPrepared({
      what: `${service.title} could not be ${name === 'initialise' ? 'initialised' : 'prepared for the app'}.`,
      why: `Its program ended with ${codeOf(state)}.`,
      next: 'See its last lines below.',
      evidence: evidenceIn(watched.lines),
    })
  }
}

/** Starts it; one that runs with other settings is stopped first. */
async function restart(work: Work, record: ServiceRecord, changed: boolean): Promise<void> {
  const isOther = changed || work.seen.services[record.kind]?.started !== record.started
  if (isOther && isRunning(work.seen, 'services', record.kind)) await stopServices(work, [record.kind])
  await work.lease.change('services-start', { records: [{ ...record, digest: '' }], kinds: [record.kind] })
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
      for (const record of records) await ready(work, services[record.kind], record)
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

async function ready(
  work: Work,
  { kind, title }: Service,
  { address, port }: Pick<ServiceRecord, 'address' | 'port'>,
): Promise<void> {
  const deadline = performance.now() + readyTimeout * 1000
  const answer = z.object({ ready: z.boolean(), alive: z.boolean() })
  for (;;) {
    work.signal?.throwIfAborted()
    const state = await work.agent.ask('services-ready', { kind, address, port, wait: 10 }, answer)
    if (state.ready) return
    if (state.alive && performance.now() < deadline) continue
    const { lines } = await work.agent.lines('services', 0)
    throw serviceNotReady({
      what: `${title} ${state.alive ? `does not answer on ${address}:${port}` : 'ended while it was being started'}.`,
      next: 'See its last lines below.',
      evidence: evidenceIn(lines.filter(({ process }) => process === kind).map(({ text }) => text)),
    })
  }
}

/** Stops services and waits until they have ended, with all they were told on the disk. */
export async function stopServices(work: Pick<Work, 'agent' | 'lease'>, kinds: readonly string[]): Promise<void> {
  await work.lease.change('services-stop', { kinds, grace: 0 })
  for (;;) {
    const { processes } = await work.agent.lines('services', Number.MAX_SAFE_INTEGER)
    if (kinds.every(kind => processes[kind]?.state !== 'running')) return
    await sleep(50)
  }
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
