import { createInterface } from 'node:readline'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { start } from '../../kit/exec.ts'
import { agentFailed } from './errors.ts'

type Argv = readonly [string, ...string[]]

/** One agent that answers many requests (runtime/agent/session.py): a start of Python for each would take longer than all of them. */
export interface Session {
  call(command: string, request: object): Promise<unknown>
}

interface Waiting {
  readonly command: string
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/** All that a person's variables could change in it is left out. */
export const plain = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' }

const sessions = new Map<string, Session>()

/** The session with the agent that this argv starts: the one there is, else a new one. It never keeps this process alive. */
export function sessionWith(agent: Argv): Session {
  const key = agent.join('\0')
  const session = sessions.get(key) ?? open(agent, () => sessions.delete(key))
  sessions.set(key, session)
  return session
}

/** In a session of the terminal's own: a Ctrl-C there is for us to judge, and must not end the agent in the middle of a change. */
function open(agent: Argv, ended: () => void): Session {
  const child = start([...agent, 'serve'], { stdio: 'pipe', env: plain, detached: true })
  const said = child.stderr ? text(child.stderr) : Promise.resolve('')
  return converse(child, {
    ended,
    async lost(command, why) {
      return failure(command, (await said.catch(() => '')) || why)
    },
  })
}

export interface Conversation {
  /** Told when nothing more can be asked. */
  readonly ended: () => void
  /** What whoever waits for the answer to `command` is told then. */
  readonly lost: (command: string, why: string) => Promise<Error>
}

/** Asks `agent serve`, which answers on the streams of that child. */
export function converse(child: ChildProcess, { ended, lost }: Conversation): Session {
  letGo(child)
  const waiting = new Map<number, Waiting>()
  let last = 0

  const take = (line: string): void => {
    const { id, answer, crashed } = parse(line)
    const asked = waiting.get(id)
    waiting.delete(id)
    if (waiting.size === 0) letGo(child)
    if (crashed === undefined) asked?.resolve(answer)
    else asked?.reject(failure(asked.command, crashed))
  }
  const end = async (why: string): Promise<void> => {
    ended()
    const left = [...waiting.values()]
    waiting.clear()
    for (const { command, reject } of left) reject(await lost(command, why))
  }
  if (child.stdout) createInterface({ input: child.stdout }).on('line', take)
  child.stdin?.on('error', () => {}) // An agent that has ended is noticed by its end.
  child.on('error', error => void end(error.message))
  child.on('close', (code, signal) => void end(`It ended with ${code ?? signal}.`))
  return {
    call: (command, request) =>
      new Promise((resolve, reject) => {
        hold(child)
        last += 1
        waiting.set(last, { command, resolve, reject })
        child.stdin?.write(`${JSON.stringify({ id: last, command, request })}\n`)
      }),
  }
}

interface Said {
  readonly id: number
  readonly answer?: unknown
  readonly crashed?: string
}

/** A line that is none of the agent's answers nothing: whoever waits is told when the agent ends. */
function parse(line: string): Said {
  try {
    return JSON.parse(line) as Said
  } catch {
    return { id: 0 }
  }
}

type ChildProcess = ReturnType<typeof start>

/** Only while an answer is waited for does the agent hold up the end of this process. */
function hold(child: ChildProcess): void {
  child.ref()
  for (const stream of child.stdio) (stream as Socket | null)?.ref()
}

function letGo(child: ChildProcess): void {
  child.unref()
  for (const stream of child.stdio) (stream as Socket | null)?.unref()
}

function failure(command: string, said: string): Error {
  const lines = said.trim().split('\n')
  return agentFailed({
    what: `The agent could not carry out \`${command}\`.`,
    why: lines.at(-1) ?? 'It ended.',
    next: 'Run `wherry recover`. If it happens again, please report it with the lines below.',
    evidence: lines.slice(-12).map(line => ({ text: line })),
  })
}
