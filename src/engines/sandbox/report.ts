import type { Readable } from 'node:stream'
import type { Exit, Limits } from '../engine.ts'
import { signalName } from './signals.ts'

/** What runtime/sandbox.py tells: one JSON object per line, first whether the program runs, last how it ended. */
export type Outcome = { readonly started: Limits } | { readonly failed: FailedStep }

export interface FailedStep {
  /** `spec`, `parent`, `namespaces`, `scratch`, `overlay`, `root`, `mount`, `proc`, `identity`, `cwd` or `exec`. */
  readonly step: string
  /** EPERM and the like, when the kernel said no. */
  readonly errno: string | null
  readonly text: string
}

export interface Report {
  /** Null when the sandbox ended without a word: it was killed while starting. */
  readonly first: Promise<Outcome | null>
  /** Null when it was killed before it could tell. */
  readonly end: Promise<Exit | null>
}

export function readReport(stream: Readable): Report {
  const first = Promise.withResolvers<Outcome | null>()
  const end = Promise.withResolvers<Exit | null>()
  let pending = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (pending + chunk).split('\n')
    pending = lines.pop() ?? ''
    for (const line of lines) read(JSON.parse(line) as Line)
  })
  const close = (): void => {
    first.resolve(null)
    end.resolve(null)
  }
  stream.on('close', close).on('error', close)
  return { first: first.promise, end: end.promise }

  function read(line: Line): void {
    if (line.event === 'started') first.resolve({ started: { memory: line.memory, pids: line.pids } })
    if (line.event === 'failed') first.resolve({ failed: { step: line.step, errno: line.errno, text: line.text } })
    if (line.event !== 'ended') return
    end.resolve({ code: line.code, signal: signalName(line.signal), outOfMemory: line.outOfMemory })
  }
}

type Line =
  | ({ readonly event: 'started' } & Limits)
  | ({ readonly event: 'failed' } & FailedStep)
  | {
      readonly event: 'ended'
      readonly code: number | null
      readonly signal: number | null
      readonly outOfMemory: boolean
    }
