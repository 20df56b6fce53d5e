import { z } from 'zod'
import type { Release } from '../../model/release.ts'

/** What the agent sees on a host. Answers are checked: a host, and an older agent on it, is another's word. */

const process = z.object({
  state: z.enum(['running', 'restarting', 'ended']),
  pid: z.number().nullable(),
  code: z.number().nullable(),
  restarts: z.number(),
  seconds: z.number(),
})
export type ProcessState = z.infer<typeof process>

const holderProcess = z.object({
  name: z.string(),
  argv: z.array(z.string()),
  stop: z.string(),
  /** Seconds it has from that signal on, at least. */
  grace: z.number().optional(),
  sockets: z.array(z.tuple([z.string(), z.number()])).optional(),
})
export type HolderProcess = z.infer<typeof holderProcess>

const record = z.object({
  number: z.number(),
  image: z.string(),
  config: z.string(),
  secrets: z.string(),
  createdAt: z.string(),
  previous: z.number().nullable(),
  commit: z.string().nullable().default(null),
  state: z.enum(['staged', 'serving', 'retired', 'failed']),
  /** Names of the processes beside `web`. */
  workers: z.array(z.string()),
  /** Kinds of the services it was told of. */
  services: z.array(z.string()).default([]),
  /** argv of the release process that ran before it served; null when none did. */
  prepared: z.array(z.string()).nullable(),
  healthPath: z.string(),
  /** Names to ask it for. */
  hosts: z.array(z.string()),
  startTimeout: z.number(),
  drain: z.number(),
  /** A static file to ask for. */
  file: z.object({ path: z.string(), size: z.number(), sha256: z.string() }).nullable(),
})
/** The record of a release on a host: what starting it again needs to know. */
export type ReleaseRecord = z.infer<typeof record>

const edge = z.object({
  configuration: z.string(),
  process: holderProcess,
  listen: z.object({
    address: z.string(),
    port: z.number(),
    names: z.array(z.string()).optional(),
    tls: z
      .object({
        plain: z.number().nullable(),
        hsts: z.boolean(),
        acme: z
          .object({ directory: z.string(), email: z.string().nullable(), roots: z.string().nullable() })
          .optional(),
      })
      .optional(),
  }),
})
/** What the edge runs with. */
export type EdgeState = z.infer<typeof edge>

const debianPackage = z.object({
  name: z.string(),
  version: z.string(),
  pocket: z.enum(['main', 'updates', 'security']),
  path: z.string(),
  size: z.number(),
  sha256: z.string(),
})

const service = z.object({
  kind: z.enum(['memcached', 'mysql', 'postgres', 'redis']),
  /** Of what was wished for; '' while it is not ready for the app. */
  digest: z.string(),
  /** Of what it was started with. */
  started: z.string(),
  /** Version of the secrets it was prepared with. */
  secrets: z.number(),
  address: z.string(),
  port: z.number(),
  suite: z.string(),
  packages: z.array(debianPackage),
  process: holderProcess,
})
/** A service of the app's environment as it was last started. */
export type ServiceRecord = z.infer<typeof service>

const certificate = z.object({
  names: z.array(z.string()).optional(),
  directory: z.string().optional(),
  /** Seconds since the epoch. */
  until: z.number().optional(),
  renew: z.number().optional(),
  failed: z.object({ detail: z.string().optional() }).optional(),
})

export const observation = z.object({
  current: z.number().nullable(),
  previous: z.number().nullable(),
  releases: z.array(record),
  running: z.record(z.string(), z.record(z.string(), process)),
  holder: z.number().nullable(),
  wanted: z.record(z.string(), z.array(z.string())),
  lock: z.object({ epoch: z.number(), owner: z.string().nullable() }),
  interrupted: z.boolean(),
  last: z.object({ step: z.string(), phase: z.string() }).nullable(),
  next: z.number(),
  journal: z.string(),
  edge: edge.nullable(),
  certificate: certificate.nullish(),
  services: z.partialRecord(service.shape.kind, service),
  secrets: z.object({
    version: z.number(),
    names: z.array(z.string()),
    /** Those that came with a release; the others the host made or was told by hand. */
    given: z.array(z.string()),
  }),
  root: z.boolean(),
})
export type Observation = z.infer<typeof observation>

/** A release as the model has it, without what only this target keeps. */
export function releaseOf(kept: ReleaseRecord): Release {
  const { number, image, config, secrets, createdAt, previous, commit, state } = kept
  return { number, image, config, secrets, createdAt, previous, commit, state }
}

export function recordOf(seen: Observation, number: number | null): ReleaseRecord | null {
  return seen.releases.find(release => release.number === number) ?? null
}

/** Whether a group has a process of that name that runs. */
export function isRunning(seen: Observation, group: string, name: string): boolean {
  return seen.running[group]?.[name]?.state === 'running'
}

export const probeAnswer = z.object({
  status: z.number().nullable(),
  reason: z.string().optional(),
  body: z.string().optional(),
  process: process.nullable().optional(),
})
export type ProbeAnswer = z.infer<typeof probeAnswer>

export const linesAnswer = z.object({
  processes: z.record(z.string(), process),
  lines: z.array(z.object({ number: z.number(), process: z.string(), text: z.string() })),
})
