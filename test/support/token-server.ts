import { randomUUID, sign } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificate } from './certificate.ts'
import { serveScript, type ScriptedServer } from './scripted-server.ts'

/** A token server that Distribution believes (its token specification): tokens are JSON Web Tokens signed with a key of ours. */
export interface TokenServer {
  readonly server: ScriptedServer
  /** The `auth` part of the registry's configuration. */
  readonly auth: object
  stop(): Promise<void>
}

const issuer = 'wherry-test'
const service = 'registry.test'

/** Gives `user` with `password` whatever is asked for; others may pull. */
export async function startTokenServer(user: string, password: string): Promise<TokenServer> {
  const folder = await mkdtemp(join(tmpdir(), 'wherry-token-'))
  const { key, certificate } = await makeCertificate(folder)
  const chain = certificate.replace(/-----[^-]+-----|\s/g, '')
  const good = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const server = await serveScript(({ url, headers }) => {
    if (headers.authorization !== undefined && headers.authorization !== good) return { status: 401 }
    const scopes = new URL(url, 'http://x').searchParams.getAll('scope')
    const access = scopes.map(scope => {
      const [type, name, actions = ''] = scope.split(':')
      return { type, name, actions: headers.authorization === good ? actions.split(',') : ['pull'] }
    })
    return { body: JSON.stringify({ token: tokenFor(access, key, chain), expires_in: 300 }) }
  })
  return {
    server,
    auth: {
      token: { realm: `http://${server.host}/token`, service, issuer, rootcertbundle: join(folder, 'certificate.pem') },
    },
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function tokenFor(access: readonly object[], key: string, chain: string): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: issuer,
    sub: 'x',
    aud: service,
    exp: now + 300,
    nbf: now - 10,
    iat: now,
    jti: randomUUID(),
    access,
  }
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const head = `${encode({ typ: 'JWT', alg: 'RS256', x5c: [chain] })}.${encode(claims)}`
  return `${head}.${sign('sha256', Buffer.from(head), key).toString('base64url')}`
}
