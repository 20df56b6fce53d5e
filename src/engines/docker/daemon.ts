import { hostname } from 'node:os'
import { z } from 'zod'
import type { Limits } from '../engine.ts'
import { engineUnavailable } from '../errors.ts'
import { dockerAddresses, podmanAddresses, type Address, type Found } from './address.ts'
import { openClient, type Client } from './client.ts'

/** An engine that answers, and what of it decides how containers are made. */
export interface Daemon {
  readonly name: 'docker' | 'podman'
  /** Its own version: `20.10.24`. */
  readonly version: string
  readonly from: string
  readonly client: Client
  /** It mounts directories of this machine; another machine's engine gets copies. */
  readonly sharesFiles: boolean
  /** Its containers' root is this user already: podman and docker without root. */
  readonly rootless: boolean
  /** What limits it can keep. */
  readonly limits: { readonly memory: Limits['memory']; readonly pids: Limits['pids'] }
}

const infoSchema = z.object({
  ServerVersion: z.string().default(''),
  MemoryLimit: z.boolean().default(false),
  PidsLimit: z.boolean().default(false),
  OSType: z.string().default('linux'),
  SecurityOptions: z.array(z.string()).nullish(),
  Rootless: z.boolean().default(false),
})

/** The daemon of that name that this machine's settings lead to. Throws `engine-unavailable`. */
export async function connectDaemon(
  name: Daemon['name'],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Daemon> {
  return openDaemon(name, name === 'docker' ? dockerAddresses(env) : podmanAddresses(env))
}

/** The daemons of this machine itself that answer, docker and podman; others are somebody else's. */
export async function daemonsHere(env: Readonly<Record<string, string | undefined>> = process.env): Promise<Daemon[]> {
  const here = async (name: Daemon['name']): Promise<Daemon> => {
    const places = name === 'docker' ? dockerAddresses(env) : podmanAddresses(env)
    return openDaemon(
      name,
      places.filter(({ address }) => isHere(address)),
    )
  }
  const asked = await Promise.allSettled([here('docker'), here('podman')])
  return asked.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []))
}

/** Connects to the first place that answers. Throws `engine-unavailable` with what each of them said. */
async function openDaemon(name: Daemon['name'], places: readonly Found[]): Promise<Daemon> {
  const refusals: string[] = []
  for (const place of places) {
    try {
      return await connect(name, place)
    } catch (error) {
      refusals.push(`${place.from}: ${reasonOf(error)}`)
    }
  }
  throw engineUnavailable({
    what: `${name === 'docker' ? 'Docker' : 'Podman'} does not answer on this machine.`,
    why: refusals.at(0) ?? 'there is no place to ask it',
    next: name === 'docker' ? hintForDocker(refusals) : 'Start it: systemctl --user start podman.socket',
    evidence: refusals.slice(1).map(text => ({ text })),
  })
}

async function connect(name: Daemon['name'], { address, from }: Found): Promise<Daemon> {
  const timeout = address.kind === 'unix' ? 10_000 : 30_000
  const { headers } = await openClient(address, null).call('GET', '/_ping', { timeout })
  const api = headers['api-version']
  if (typeof api !== 'string' || !/^\d{1,2}\.\d{1,3}$/.test(api)) throw new Error('what answers is no container engine')
  const client = openClient(address, api)
  const { body } = await client.call('GET', '/info', { timeout: 30_000 })
  const info = infoSchema.parse(JSON.parse(body.toString('utf8')))
  if (info.OSType !== 'linux') throw new Error(`its containers are for ${info.OSType}`)
  return {
    name: headers['libpod-api-version'] === undefined ? name : 'podman',
    version: info.ServerVersion.replace(/[^\w.+-].*/s, ''),
    from,
    client,
    sharesFiles: isHere(address),
    rootless: info.Rootless || (info.SecurityOptions ?? []).some(option => option.startsWith('name=rootless')),
    limits: {
      memory: info.MemoryLimit ? 'enforced' : 'unavailable',
      pids: info.PidsLimit ? 'enforced' : 'unavailable',
    },
  }
}

function isHere(address: Address): boolean {
  return address.kind === 'unix'
}

/** Says which process of which machine a container belongs to, so that one whose process is gone can be cleared away. */
export const ownLabel = { name: 'dev.wherry.process', value: `${hostname()}/${process.pid}` } as const

function hintForDocker(refusals: readonly string[]): string {
  if (refusals.some(text => /EACCES|permission denied/i.test(text)))
    return 'Join the group that may use it (sudo usermod -aG docker $USER, then log in again), or run as root.'
  return 'Start it (sudo systemctl start docker, or Docker Desktop), or set DOCKER_HOST.'
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}
