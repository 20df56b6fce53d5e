import type { Readable, Writable } from 'node:stream'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { z } from 'zod'
import { start } from '../../../kit/exec.ts'
import { diskFull } from '../../../kit/errors.ts'
import { agentFailed, noPython } from '../errors.ts'
import { bootstrapText, runtimeFiles, runtimeVersion } from '../runtime.ts'
import { sshArgv, type Resolved } from './client.ts'
import { noSsh } from './errors.ts'
import { explainSilence, type Ending } from './explain.ts'
import { readLine } from './read-line.ts'

/** The one thing that is run on a server: it reads a line that is a literal of Python and runs that. No shell finds anything in it to expand. */
const command = `exec python3 -I -S -X utf8 -c 'import sys;exec(eval(sys.stdin.buffer.raw.readline()))'`

/** With a terminal nothing can be read before the program: it finds its request by a name that the agent gave it. */
const attachCommand = (version: string, ticket: string): string =>
  `exec python3 -I -S -X utf8 -c '${attachScript}' ${version} ${ticket}`
const attachScript = [
  'import os,sys',
  'e=os.environ.get',
  's=e("WHERRY_STATE")or os.path.join(e("XDG_STATE_HOME")or os.path.expanduser("~/.local/state"),"wherry")',
  'p=[sys.executable,"-I","-S","-X","utf8",os.path.join(os.path.realpath(s),"runtime",sys.argv[1],"agent"),"attach",sys.argv[2]]',
  'os.execv(p[0],p)',
].join(';')

type ChildProcess = ReturnType<typeof start>

/** What is known of a server once it has answered. */
const hello = z.object({
  /** Where Wherry's state lies there. */
  state: z.string().startsWith('/'),
  /** The process that answers on this channel. */
  pid: z.number(),
  machine: z.string(),
  host: z.string(),
  root: z.boolean(),
})
export type Hello = z.infer<typeof hello>

const refusal = z.object({
  refused: z.string(),
  version: z.string().default(''),
  path: z.string().default(''),
  detail: z.string().default(''),
})

const firstAnswer = z.union([hello, z.object({ wants: z.string() }), refusal])

/** An agent that answers on the other side. What it says of itself was read; all after that is the caller's. */
export interface Answering {
  readonly child: ChildProcess
  readonly stdin: Writable
  readonly stdout: Readable
  readonly hello: Hello
  /** What ssh said when it ended. */
  readonly ending: () => Promise<Ending>
}

export interface Connection {
  readonly server: Resolved
  readonly control: string
}

/** Opens a channel to a server and has the agent of our version answer on it, installed first where it is not. Throws what `explain.ts` names. */
export async function openChannel(
  { server, control }: Connection,
  mode: 'serve' | 'logs' | 'receive',
  isMaster = false,
): Promise<Answering> {
  const argv = sshArgv(server, { control, isMaster, terminal: false }, command)
  const child = start(argv, { stdio: 'pipe', detached: true, env: environment() })
  const ending = endingOf(child)
  const { stdin, stdout } = child
  if (!stdin || !stdout) throw new Error('ssh: started without streams')
  stdin.on('error', () => {}) // A channel that ends is noticed by its end.
  // A shell's start-up files may print what they like before our answer.
  const mark = `wherry ${randomBytes(9).toString('hex')} `
  const header = { mark, version: runtimeVersion(), mode }
  stdin.write(`${pythonLiteral(bootstrapText())}\n${JSON.stringify(header)}\n`)
  for (;;) {
    const line = await readLine(stdout)
    if (line === null) throw explainSilence(server.destination, await ending())
    if (!line.startsWith(mark)) continue
    const said = firstAnswer.parse(JSON.parse(line.slice(mark.length)))
    if ('state' in said) return { child, stdin, stdout, hello: hello.parse(said), ending }
    if ('refused' in said) throw explainRefusal(server.destination, said)
    const files = Buffer.from(JSON.stringify(runtimeFiles()))
    stdin.write(`${files.length}\n`)
    stdin.write(files)
  }
}

/** Becomes a program of the app, on our own standard streams and, where they are one, in a terminal. Resolves to its exit code. */
export async function attachTo({ server, control }: Connection, ticket: string): Promise<number> {
  if (!/^[0-9a-f]{32}$/.test(ticket)) throw new Error('the agent gave no ticket')
  const terminal = process.stdin.isTTY && process.stdout.isTTY
  const argv = sshArgv(server, { control, isMaster: false, terminal }, attachCommand(runtimeVersion(), ticket))
  const child = start(argv, { stdio: 'inherit', env: environment() })
  const ignore = (): void => {} // What Ctrl-C means is the program's to decide.
  process.on('SIGINT', ignore)
  try {
    const [code] = (await once(child, 'exit')) as [number | null]
    return code ?? 255
  } finally {
    process.off('SIGINT', ignore)
  }
}

function endingOf(child: ChildProcess): () => Promise<Ending> {
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-8000)))
  const ended = new Promise<Ending>((resolve, reject) => {
    child.on('close', code => resolve({ said, code }))
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? noSsh({ what: 'There is no ssh on this machine.', next: 'Install the OpenSSH client.' })
          : error,
      ),
    )
  })
  ended.catch(() => {}) // Told to whoever waits for an answer.
  return () => ended
}

/** A string of JSON is one of Python's too, as long as it is ASCII. */
function pythonLiteral(text: string): string {
  return JSON.stringify(text).replace(/[^\x20-\x7e]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** ssh's words are matched, so they must not be another language's. */
function environment(): Record<string, string> {
  const own = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { ...Object.fromEntries(own), LC_ALL: 'C' }
}

function explainRefusal(destination: string, { refused, version, path, detail }: z.infer<typeof refusal>): Error {
  if (refused === 'python')
    return noPython({
      what: `The python3 of ${destination} is too old.`,
      why: `It is ${version}, and the agent needs 3.9.`,
      next: 'Install a newer Python there, as python3.',
    })
  if (refused === 'write' && /No space|quota/i.test(detail))
    return diskFull({ what: `The disk of ${destination} is full.`, next: 'Free some space there and try again.' })
  return agentFailed({
    what: `Wherry cannot be put on ${destination}.`,
    why: [path || refused, detail].filter(Boolean).join(': '),
    next: 'Set WHERRY_STATE for that user to a directory that it owns.',
  })
}
