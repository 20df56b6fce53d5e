import { isIP } from 'node:net'
import { z } from 'zod'
import { envName } from '../../config/schema.ts'
import { invalidConfig } from '../../config/errors.ts'
import { parseHostname } from '../../nginx/index.ts'
import { severalHosts } from './ssh/errors.ts'
import { isDestination } from './ssh/destination.ts'
import type { ListenAt } from './host.ts'

const destination = z.string().refine(isDestination, 'no user@host, host or name from ~/.ssh/config')

const letsEncrypt = 'https://acme-v02.api.letsencrypt.org/directory'

const acme = z
  .strictObject({
    email: z.email().describe('Whom the ACME server may write to.').optional(),
    directory: z
      .url({ protocol: /^https$/ })
      .describe('The ACME server; Let’s Encrypt without it. Its staging server is there to try it out.')
      .meta({ examples: ['https://acme-staging-v02.api.letsencrypt.org/directory'] })
      .optional(),
    roots: z
      .string()
      .min(1)
      .describe(
        'PEM file that a company’s own ACME server is trusted by, where the server’s own certificates do not say so.',
      )
      .optional(),
  })
  .describe('The server fetches a certificate for `domains` by itself, and renews it in time.')

const tls = z
  .strictObject({
    acme: z
      .union([z.literal(true), acme])
      .describe(acme.description ?? '')
      .optional(),
    certificate: z
      .string()
      .min(1)
      .describe(
        'PEM file of a certificate of your own and those that signed it, on the machine that ships; relative to the repository.',
      )
      .optional(),
    key: z.string().min(1).describe('PEM file of its private key. Keep it out of the repository.').optional(),
    'redirect-from': z
      .union([z.literal(false), z.int().min(1).max(65_535)])
      .describe('The port whose requests are sent on to HTTPS; 80 without it, false for none.')
      .optional(),
    hsts: z
      .boolean()
      .describe('Tells browsers to use HTTPS only, for two years. Choose it once HTTPS is there to stay.')
      .optional(),
  })
  .refine(given => (given.acme ? !given.certificate && !given.key : given.certificate && given.key), {
    error: 'either `acme`, or a `certificate` and its `key`',
  })
  .refine(given => !given.acme || given['redirect-from'] !== false, {
    path: ['redirect-from'],
    error: 'proofs for ACME are asked for without TLS',
  })
  .describe('HTTPS; nginx then listens on port 443 unless `listen` says otherwise.')
  .meta({ examples: [{ acme: { email: 'ops@example.com' } }] })

/** The keys of `[targets.NAME]` with `type = "host"`: a server over SSH. */
export const hostSettings = z
  .strictObject({
    type: z.literal('host').describe('A Linux server over SSH.'),
    host: destination
      .describe('Where to: user@host, or a name from ~/.ssh/config, which is heeded.')
      .meta({ examples: ['deploy@203.0.113.5'] })
      .optional(),
    hosts: z.array(destination).min(1).describe('The same as a list. One server at present.').optional(),
    port: z.int().min(1).max(65_535).describe('The port of its sshd, where ~/.ssh/config does not say.').optional(),
    identity: z
      .string()
      .min(1)
      .describe('The file of the private key, where ~/.ssh/config and the agent do not have it.')
      .meta({ examples: ['~/.ssh/deploy'] })
      .optional(),
    listen: z
      .string()
      .refine(text => readListen(text) !== null, 'no address and port, such as 0.0.0.0:8000 or [::]:8000')
      .describe('Where nginx listens on the server; 0.0.0.0:8000 at first.')
      .meta({ examples: ['0.0.0.0:8000'] })
      .optional(),
    domains: z
      .array(z.string().refine(isHostname, 'no host name such as shop.example.com or *.example.com'))
      .min(1)
      .describe(
        'The names it answers to, the main one first. Requests for any other name are closed; without it all are answered.',
      )
      .meta({ examples: [['shop.example.com']] })
      .optional(),
    tls: tls.optional(),
    env: z
      .record(envName, z.string())
      .describe('Environment of releases there; wins over `env` and over secrets. No place for secrets.')
      .meta({ examples: [{ ALLOWED_HOSTS: 'shop.example.com' }] })
      .optional(),
  })
  // A browser says by name whom it wants a certificate of.
  .refine(({ tls: secure, domains }) => !secure || domains, {
    path: ['domains'],
    error: 'tls needs the names it is for',
  })
  .refine(({ tls: secure, domains = [] }) => !secure?.acme || !domains.some(name => name.startsWith('*.')), {
    path: ['domains'],
    error: 'a wildcard cannot be proved by HTTP: name each, or give a certificate of your own',
  })

export type HostSettings = z.infer<typeof hostSettings>

/** `0.0.0.0:8000`, `[::]:8000`; null for anything else. */
export function readListen(text: string): ListenAt | null {
  const [, bracketed, plain = '', digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? []
  const [address, port] = [bracketed ?? plain, Number(digits)]
  return isIP(address) !== 0 && port >= 1 && port <= 65_535 ? { address, port } : null
}

/** Where nginx shall listen there, and as whom; null where the config does not say. `roots` is what `tls.acme.roots` holds. */
export function frontOf({ listen, domains, tls: secure }: HostSettings, roots: string | null = null): ListenAt | null {
  const at = listen === undefined ? null : readListen(listen)
  if (!secure && !domains) return at
  const names = domains ? { names: domains } : {}
  if (!secure) return { ...(at ?? { address: '0.0.0.0', port: 80 }), ...names }
  const { 'redirect-from': plain = 80, hsts = false, acme: wish } = secure
  const { email = null, directory = letsEncrypt } = typeof wish === 'object' ? wish : {}
  const fetched = wish ? { acme: { email, directory, roots } } : {}
  const tls = { plain: plain === false ? null : plain, hsts, ...fetched }
  return { ...(at ?? { address: '0.0.0.0', port: 443 }), ...names, tls }
}

function isHostname(text: string): boolean {
  try {
    parseHostname(text)
    return true
  } catch {
    return false
  }
}

/** The one server. Throws `invalid-config` where none is named, and `several-hosts`. */
export function serverOf(name: string, { host, hosts = [] }: HostSettings): string {
  const all = [...(host === undefined ? [] : [host]), ...hosts]
  const [first] = all
  if (first === undefined)
    throw invalidConfig({
      what: `[targets.${name}] names no server.`,
      next: 'host = "deploy@203.0.113.5"',
      evidence: [{ file: 'wherry.toml', text: `[targets.${name}]` }],
    })
  if (all.length === 1) return first
  throw severalHosts({
    what: `[targets.${name}] names ${all.length} servers.`,
    why: 'A release goes to one server at present.',
    next: `Give each server a target of its own: [targets.${name}-1] host = "${first}"`,
  })
}
