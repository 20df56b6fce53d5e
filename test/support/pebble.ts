import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { start } from '../../src/kit/exec.ts'
import { makeCertificate } from './certificate.ts'
import { goProgram } from './go-program.ts'
import { freePort, until } from './nginx-edge.ts'

/** Let's Encrypt's own server for tests, for which every name leads to this machine. */
export interface Pebble {
  /** URL of its directory. */
  readonly directory: string
  /** What its own TLS is trusted by, as PEM. */
  readonly roots: string
  /** The root of what it issues, as PEM. Another one each time it is started. */
  issuer(): Promise<string>
  stop(): void
}

export interface PebbleOptions {
  /** The port that it asks for proofs. */
  readonly httpPort: number
  /** Seconds a certificate lasts. */
  readonly validity: number
}

export async function startPebble({ httpPort, validity }: PebbleOptions): Promise<Pebble> {
  const version = 'v2.10.1'
  const program = await goProgram(`github.com/letsencrypt/pebble/v2/cmd/pebble@${version}`)
  const names = await goProgram(`github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv@${version}`)
  const folder = mkdtempSync(join(tmpdir(), 'wherry-pebble-'))
  const [port, management, dns, dnsManagement] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  mkdirSync(join(folder, 'tls'))
  const { certificate } = await makeCertificate(join(folder, 'tls'))
  const settings = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: join(folder, 'tls/certificate.pem'),
    privateKey: join(folder, 'tls/key.pem'),
    httpPort,
    tlsPort: await freePort(),
    keyAlgorithm: 'ecdsa',
    domainBlocklist: ['blocked.example'],
    profiles: { default: { description: 'of a test', validityPeriod: validity } },
  }
  writeFileSync(join(folder, 'pebble.json'), JSON.stringify({ pebble: settings }))
  const quiet = { stdio: 'ignore' } as const
  const off = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-doh', '', '-defaultIPv6', '']
  const programs = [
    start([names, '-dnsserver', `127.0.0.1:${dns}`, '-management', `127.0.0.1:${dnsManagement}`, ...off], quiet),
    start([program, '-config', join(folder, 'pebble.json'), '-dnsserver', `127.0.0.1:${dns}`], {
      ...quiet,
      // It refuses some nonces by itself, as servers do when theirs have become old.
      env: { PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '20' },
    }),
  ]
  const read = (url: string): Promise<string> =>
    new Promise((resolve, reject) => {
      get(url, { ca: certificate }, answer => resolve(text(answer))).on('error', reject)
    })
  await until(() => read(`https://127.0.0.1:${port}/dir`).then(Boolean, () => false))
  return {
    directory: `https://127.0.0.1:${port}/dir`,
    roots: certificate,
    issuer: () => read(`https://127.0.0.1:${management}/roots/0`),
    stop() {
      for (const each of programs) each.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
