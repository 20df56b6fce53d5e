import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { request as ask } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { exec, start } from '../../src/kit/exec.ts'
import { apt } from './apt.ts'
import { makeCertificate } from './certificate.ts'
import { goProgram } from './go-program.ts'

/** Registries that others wrote, on this machine: Debian's docker-registry (Distribution) and go-containerregistry's. */
export interface RunningRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** Kills it and starts it anew on the same port and data; its upload sessions are lost. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** The version of both its registry and its `crane`; Debian's Go can build it. */
const ggcr = 'v0.20.2'

export const crane = (): Promise<string> => goProgram(`github.com/google/go-containerregistry/cmd/crane@${ggcr}`)

/** go-containerregistry's registry: everything in memory. */
export async function startGgcr(): Promise<RunningRegistry> {
  const program = await goProgram(`github.com/google/go-containerregistry/cmd/registry@${ggcr}`)
  const port = await freePort()
  return run([program, '-port', String(port)], `127.0.0.1:${port}`, async () => {})
}

export interface DistributionOptions {
  /** The `auth` part of its configuration. */
  readonly auth?: object
}

/** Debian's docker-registry, with its data in a directory of its own. Its configuration is YAML, of which JSON is a part. */
export async function startDistribution({ auth }: DistributionOptions = {}): Promise<RunningRegistry> {
  await apt('docker-registry')
  const folder = await mkdtemp(join(tmpdir(), 'wherry-registry-'))
  await mkdir(join(folder, 'data'))
  const host = `127.0.0.1:${await freePort()}`
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: host },
    ...(auth ? { auth } : {}),
  }
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config))
  return run(['docker-registry', 'serve', join(folder, 'config.yml')], host, () =>
    rm(folder, { recursive: true, force: true }),
  )
}

/** An htpasswd file's line for the registry, which wants bcrypt. */
export async function bcryptLine(user: string, password: string): Promise<string> {
  await apt('apache2-utils')
  const { stdout } = await exec(['htpasswd', '-niB', '-C', '4', user], { input: password })
  return stdout.trim()
}

/** A registry behind TLS, with a certificate that nobody has signed. */
export async function startTlsFront(upstream: string): Promise<RunningRegistry & { readonly certificate: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'wherry-tls-'))
  const { key, certificate } = await makeCertificate(folder)
  const [hostname, port] = upstream.split(':')
  const server = createHttps({ key, cert: certificate }, (request, response) => {
    const headers = { ...request.headers, 'x-forwarded-proto': 'https' }
    const out = ask({ hostname, port, method: request.method, path: request.url, headers }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(out)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    host: `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    certificate,
    restart: async () => {},
    async stop() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function run(argv: [string, ...string[]], host: string, clean: () => Promise<void>): Promise<RunningRegistry> {
  const begin = async (): Promise<() => Promise<void>> => {
    const server = start(argv, { stdio: 'ignore' })
    const ended = once(server, 'exit')
    for (let tries = 0; tries < 200; tries += 1) {
      if (
        await fetch(`http://${host}/v2/`).then(
          () => true,
          () => false,
        )
      )
        break
      await sleep(50)
    }
    return async () => {
      server.kill('SIGKILL')
      await ended
    }
  }
  let end = await begin()
  return {
    host,
    async restart() {
      await end()
      end = await begin()
    },
    async stop() {
      await end()
      await clean()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
