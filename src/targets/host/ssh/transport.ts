import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { explain } from '../../../engines/sandbox/explain.ts'
import type { WherryError } from '../../../kit/error.ts'
import { isWherryError } from '../../../kit/error.ts'
import type { Architecture } from '../../../kit/architecture.ts'
import { converse, type Session } from '../session.ts'
import { explainRefusal, isRefused } from '../refusals.ts'
import type { HostSandbox, Transport } from '../transport.ts'
import { attachTo, openChannel, type Connection, type Hello } from './channel.ts'
import type { Resolved, Server } from './client.ts'
import { resolveServer } from './client.ts'
import { hostKeyUnknown, hostWithoutSandbox } from './errors.ts'
import { explainLoss } from './explain.ts'
import { pinKey, unknownKey } from './host-key.ts'
import { keyOf, shipmentOf } from './shipment.ts'

/** A server that answered. Everything asked of it goes over this one connection, which ends with our process. */
export interface ServerLink {
  readonly hello: Hello
  /** The name people reach it by. */
  readonly name: string
  /** Null where no images are made for it. */
  readonly architecture: Architecture | null
  /** For the app whose place there this is. */
  transport(home: string): Transport
  readonly call: (command: string, request: object) => Promise<unknown>
  /** Ends the connection once what was begun is done. */
  readonly close: () => void
}

export interface ConnectOptions {
  /** Of the target, for what a person is told to type. */
  readonly target: string
  /** The fingerprint of the host key that the user has compared: `SHA256:…`. */
  readonly acceptHostKey?: string
}

/** Connects to a server. Throws `host-key-unknown`, `host-key-changed`, `host-unreachable`, `ssh-denied`, `no-python-on-host` … */
export async function connect(server: Server, { target, acceptHostKey }: ConnectOptions): Promise<ServerLink> {
  const resolved = await resolveServer(server)
  const connection = { server: resolved, control: controlPath() }
  const link = (): Promise<ServerLink> => open(connection)
  return link().catch(async (error: unknown) => {
    if (!isWherryError(error, hostKeyUnknown)) throw error
    if (acceptHostKey === undefined) throw await unknownKey(resolved, target)
    await pinKey(resolved, acceptHostKey, target)
    return link()
  })
}

async function open(connection: Connection): Promise<ServerLink> {
  const { server } = connection
  const { child, stdin, hello, ending } = await openChannel(connection, 'serve', true)
  let gone = false
  const lost = async (command: string): Promise<Error> => explainLoss(server.destination, command, await ending())
  const session: Session = converse(child, { ended: () => void (gone = true), lost })
  const call = async (command: string, request: object): Promise<unknown> => {
    // What was lost stays lost for this command: whoever asks again would not know what became of the lock.
    if (gone) throw await lost(command)
    return session.call(command, request)
  }
  return {
    hello,
    name: server.hostName,
    architecture: architectures[hello.machine] ?? null,
    call,
    transport: home => transportTo(connection, hello, { home, call }),
    close: () => void stdin.end(),
  }
}

interface Asking {
  readonly home: string
  readonly call: ServerLink['call']
}

function transportTo(connection: Connection, hello: Hello, { home, call }: Asking): Transport {
  let known: Promise<HostSandbox> | undefined
  return {
    pid: hello.pid,
    name: connection.server.hostName,
    architecture: architectures[hello.machine] ?? null,
    call,
    async *stream(command, request, signal) {
      if (command !== 'logs') throw new Error(`ssh: ${command} is no stream`)
      const { child, stdin, stdout, ending } = await openChannel(connection, command)
      const end = (): void => void child.kill()
      signal?.addEventListener('abort', end)
      try {
        stdin.write(`${JSON.stringify(request)}\n`)
        yield* createInterface({ input: stdout })
        const ended = await ending()
        if (ended.code !== 0 && !signal?.aborted) throw explainLoss(connection.server.destination, command, ended)
      } finally {
        signal?.removeEventListener('abort', end)
        end()
      }
    },
    async attach(command, request) {
      if (command !== 'run') throw new Error(`ssh: ${command} cannot be attached to`)
      const { ticket } = z.object({ ticket: z.string() }).parse(await call('ticket', request))
      return attachTo(connection, ticket)
    },
    sandbox: () => (known ??= sandboxOf(connection.server, { home, call })),
    shipment: stacks => shipmentOf(connection, call, { home, stacks }),
  }
}

/** As uname(2) names them. */
const architectures: Readonly<Record<string, Architecture>> = { x86_64: 'amd64', aarch64: 'arm64' }

const sandboxAnswer = z.object({
  argv: z.array(z.string()),
  scratch: z.string(),
  cache: z.string(),
  processors: z.number(),
  failed: z.object({ step: z.string(), errno: z.string().nullable(), text: z.string() }).nullable(),
  machine: z
    .object({
      root: z.boolean(),
      kernel: z.string(),
      appArmorRestricts: z.string().nullable(),
      usernsClone: z.string().nullable(),
      maxUserNamespaces: z.string().nullable(),
      inContainer: z.boolean(),
    })
    .nullable(),
})

async function sandboxOf(server: Resolved, { home, call }: Asking): Promise<HostSandbox> {
  const said = await call('sandbox', { home })
  if (isRefused(said)) throw explainRefusal(said)
  const { failed, machine, ...how } = sandboxAnswer.parse(said)
  if (failed && machine) throw without(server, explain(failed, machine, { argv0: 'none', cwd: '/' }))
  const place = (directory: string): string => join(dirname(home), 'layers', keyOf(directory))
  return { ...how, place }
}

function without({ destination }: Resolved, { what, why }: WherryError): WherryError {
  return hostWithoutSandbox({
    what: `${destination} cannot run sandboxes.`,
    why: why ?? what,
    next: 'Mend that setting there, or let the target name root as its user.',
  })
}

const directories = new Set<string>()
const clear = (): void => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
}

/** A socket's path is short (unix(7)), and ssh makes it by way of one that is 17 bytes longer. */
function controlPath(): string {
  const base = tmpdir().length > 60 ? '/tmp' : tmpdir()
  const directory = mkdtempSync(join(base, 'wherry-ssh-'))
  if (directories.size === 0) process.once('exit', clear)
  directories.add(directory)
  return join(directory, 's')
}
