import { list } from '../../kit/text.ts'
import { adviceIn } from './advice.ts'
import { appNeverListened, appUnhealthy } from './app-errors.ts'
import { explainEnd } from './ending.ts'
import { evidenceIn, exceptionIn } from './evidence.ts'
import type { ProbeAnswer } from './observation.ts'
import { watch, type Watch, type Work } from './work.ts'

export interface HealthQuestion {
  readonly release: number
  readonly path: string
  /** Names to ask for, the likeliest first: an app may refuse the ones it does not know. */
  readonly hosts: readonly string[]
  /** Seconds. */
  readonly startTimeout: number
}

/** How often it must answer well: each worker is another process. */
const enough = 3
/** Milliseconds an answer of 500 may persist; 503 says "not yet" and may last until the time-out. */
const patience = 5000

/** Asks a started release over its own socket until it serves. Returns the host name it answers to. */
export async function waitUntilHealthy(work: Work, question: HealthQuestion): Promise<string> {
  const group = `release-${question.release}`
  const watched = watch(work, group)
  const deadline = performance.now() + question.startTimeout * 1000
  let [good, failing, told, host] = [0, null as number | null, performance.now(), 0]
  for (;;) {
    work.signal?.throwIfAborted()
    const answer = await unlessAborted(ask(work, question, question.hosts[host] ?? 'localhost'), work.signal)
    await watched.look()
    if (answer.process?.state !== 'running')
      throw await explainEnd(work, question.release, watched.lines, answer.process)
    const { status } = answer
    if (status === 400 && host + 1 < question.hosts.length) {
      host += 1
      continue
    }
    good = status !== null && status < 500 ? good + 1 : 0
    if (good >= enough) return settle(work, question.hosts, host, status)
    failing = status !== null && status >= 500 ? (failing ?? performance.now()) : null
    const isLate = performance.now() > deadline
    if (status !== null && failing !== null && (isLate || (status !== 503 && performance.now() - failing > patience))) {
      throw unhealthy(question, answer, watched)
    }
    if (isLate) throw await silent(work, question, answer, watched)
    if (failing !== null) await new Promise(resolve => setTimeout(resolve, 250))
    if (performance.now() - told > 5000) {
      told = performance.now()
      const left = Math.round((deadline - told) / 1000)
      work.report({ step: 'release', level: 'progress', text: `waiting for the app to answer, ${left} s left` })
    }
  }
}

/** As the edge would ask, by https: an app that redirects to it otherwise would say nothing of itself. */
function ask(work: Work, question: HealthQuestion, host: string): Promise<ProbeAnswer> {
  return work.agent.probe({
    release: question.release,
    group: `release-${question.release}`,
    path: question.path,
    headers: {
      Host: host,
      Accept: '*/*',
      'User-Agent': 'wherry',
      'X-Forwarded-For': '127.0.0.1',
      'X-Forwarded-Host': host,
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Port': '443',
    },
    timeout: Math.min(30, question.startTimeout),
    wait: 1,
  })
}

/** A request that hangs must not hold up a Ctrl-C: the question is left to end by itself. */
async function unlessAborted<T>(asked: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return asked
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([asked, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
    asked.catch(() => {})
  }
}

function settle(work: Work, hosts: readonly string[], index: number, status: number | null): string {
  const [first = 'localhost'] = hosts
  const host = hosts[index] ?? first
  if (status === 400) {
    const text = `The app serves, but answers 400 to the name ${list(hosts, 'or')}: let ALLOWED_HOSTS hold the one it is reached by.`
    work.report({ step: 'release', level: 'warning', text })
    return first
  }
  if (index > 0) {
    const text = `The app refuses the name ${first} and answers to ${host}: open it by that name, or add ${first} to ALLOWED_HOSTS.`
    work.report({ step: 'release', level: 'suggestion', text })
  }
  return host
}

function unhealthy({ path }: HealthQuestion, { status }: ProbeAnswer, { lines }: Watch): Error {
  const exception = exceptionIn(lines)
  return appUnhealthy({
    what: `The new release answers ${path} with ${status ?? 'nothing'}.`,
    ...(exception === null ? {} : { why: exception }),
    next:
      adviceIn(lines) ??
      'Mend what its last lines name; `release.health-path` names another path if this one is not meant to work.',
    evidence: evidenceIn(lines),
  })
}

async function silent(work: Work, question: HealthQuestion, answer: ProbeAnswer, { lines }: Watch): Promise<Error> {
  const ports = await work.agent.ports(`release-${question.release}`).catch(() => [])
  const own = ports.length > 0
  return appNeverListened({
    what: `The app answered nothing within ${question.startTimeout} s.`,
    why: own
      ? `It listens on TCP port ${list(ports.map(String))} of its own instead of the socket it was given.`
      : (answer.reason ?? 'Its process runs, but does not listen.'),
    next: own
      ? 'Let the app’s server be started by Wherry, or let the program read its port from the variable PORT.'
      : (adviceIn(lines) ??
        'See what it waits for in its last lines; raise `release.start-timeout` if it needs longer.'),
    evidence: evidenceIn(lines),
  })
}
