import { z } from 'zod'
import { readJson } from '../../kit/json.ts'
import { Secret } from '../../kit/secret.ts'
import type { Credential } from './credential.ts'
import { badCredentials } from './errors.ts'

/** docker's config.json and Podman's auth.json: the same form, with keys that say more or less of the image's name. */
export interface AuthFile {
  readonly entries: ReadonlyMap<string, Credential>
  /** Host → the name of its helper. */
  readonly helpers: ReadonlyMap<string, string>
  /** The helper for all others. */
  readonly store: string | null
}

const entrySchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: z.string().optional(),
})

const fileSchema = z.object({
  auths: z.record(z.string(), entrySchema.nullable()).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: z.string().nullish(),
})

/** Throws `bad-registry-credentials`; never with the text, which holds passwords. */
export function parseAuthFile(text: string, from: string): AuthFile {
  const file = fileSchema.safeParse(readJson(text))
  if (!file.success)
    throw badCredentials({
      what: `${from} is not what \`docker login\` writes.`,
      why: file.error.issues.map(({ path, code }) => `${path.join('.') || 'the whole'}: ${code}`).join(', '),
      next: 'Sign in again, or mend it.',
    })
  const { auths, credHelpers, credsStore } = file.data
  const entries = new Map<string, Credential>()
  for (const [key, entry] of Object.entries(auths ?? {})) {
    const credential = entry === null ? null : credentialOf(entry, from)
    if (credential !== null) entries.set(keyOf(key), credential)
  }
  const helpers = Object.entries(credHelpers ?? {}).map(([key, name]) => [keyOf(key), name] as const)
  return { entries, helpers: new Map(helpers), store: credsStore || null }
}

/** The entry for a repository: Podman's keys may name it, or any part of its path; the most exact one counts. */
export function entryOf(file: AuthFile, host: string, repository: string): Credential | null {
  const parts = repository.split('/')
  for (let length = parts.length; length >= 0; length -= 1) {
    const found = file.entries.get([host, ...parts.slice(0, length)].join('/'))
    if (found) return found
  }
  return null
}

/** Docker writes Docker Hub as https://index.docker.io/v1/, and people wrote others with a scheme and a path, too. */
function keyOf(key: string): string {
  const bare = key.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '')
  const hub = /^(?:index\.|registry-1\.)?docker\.io(?=\/|$)/
  return bare.replace(hub, 'docker.io')
}

function credentialOf(entry: z.infer<typeof entrySchema>, from: string): Credential | null {
  if (entry.registrytoken) return { kind: 'bearer', token: new Secret(entry.registrytoken), from }
  if (entry.identitytoken) return { kind: 'identity', token: new Secret(entry.identitytoken), from }
  const pair = entry.auth ? Buffer.from(entry.auth, 'base64').toString('utf8').replace(/\0+$/, '') : ''
  const colon = pair.indexOf(':')
  const user = colon > 0 ? pair.slice(0, colon) : entry.username
  const password = colon > 0 ? pair.slice(colon + 1) : entry.password
  return user && password ? { kind: 'password', user, password: new Secret(password), from } : null
}
