import { z } from 'zod'
import { redactUrl } from '../../../../kit/secret.ts'
import type { LockedFile } from '../../../../python/lock/lock.ts'

/**
 * Addresses behind the gate. Each holds what it stands for, so that the resolver's own cache may keep what it got under it, and so
 * that its answer can be read back into the true addresses.
 */

/** Inside the sandbox only: no other program listens there. */
export const gatePort = 8123
const origin = `http://127.0.0.1:${gatePort}`

const file = z.object({
  /** Normalised. */
  name: z.string(),
  version: z.string(),
  file: z.string(),
  url: z.string(),
  sha256: z.string(),
  size: z.number().nullable(),
})
/** A file of an index, or one that a requirement names by its place. */
export type GateFile = z.infer<typeof file>

const subject = z.union([
  z.object({ kind: z.literal('index'), url: z.string() }),
  z.object({ kind: z.literal('page'), url: z.string() }),
  z.object({ kind: z.literal('wheel'), ...file.shape, beside: z.boolean() }),
  // What a source distribution asks for may depend on the Python that reads it.
  z.object({ kind: z.literal('source'), ...file.shape, python: z.string(), bare: z.boolean() }),
])
/** `wheel`: one with its metadata `beside` it or not; `source`: a source distribution that a wheel stands in for. */
export type Subject = z.infer<typeof subject>

/** Counts up whenever another answer would be given under the same address. */
const rules = 1

export function gateAddress(what: Subject, name: string): string {
  return `${origin}/${rules}/${Buffer.from(JSON.stringify(what)).toString('base64url')}/${encodeURIComponent(name)}`
}

/** What a path stands for, and what follows in it; null for a path that we did not make. */
export function readGatePath(path: string): { readonly what: Subject; readonly rest: string } | null {
  const [, rule = '', encoded = '', rest = ''] = /^\/(\d+)\/([\w-]+)\/(.*)$/.exec(path) ?? []
  try {
    const parsed = subject.safeParse(JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')))
    return rule === String(rules) && parsed.success ? { what: parsed.data, rest: decodeURIComponent(rest) } : null
  } catch {
    return null
  }
}

/** The true file for one of the resolver's answer; itself when it lies elsewhere. */
export function behindGate(locked: LockedFile): { readonly file: LockedFile; readonly version: string | null } {
  const path = locked.url?.startsWith(`${origin}/`) ? locked.url.slice(origin.length).split('#', 1)[0] : undefined
  const what = path === undefined ? undefined : readGatePath(path)?.what
  if (what?.kind !== 'wheel' && what?.kind !== 'source') return { file: locked, version: null }
  const { file, url, sha256, size, version } = what
  return { file: { name: file, url, sha256, size }, version }
}

/** Text of the resolver with the true addresses in place of those behind the gate. */
export function unveil(text: string): string {
  return text.replace(new RegExp(`${origin}(/\\d+/[\\w-]+/?)`, 'g'), (all: string, path: string) => {
    const what = readGatePath(path.endsWith('/') ? path : `${path}/`)?.what
    return what ? redactUrl(what.url) : all
  })
}
