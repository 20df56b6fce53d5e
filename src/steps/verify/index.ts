import type { Check, Verdict } from '../../model/verdict.ts'
import { ask, type Answer } from './ask.ts'

export { ask, type Answer } from './ask.ts'

export interface VerifyRequest {
  /** Where the site is reached from outside: `http://127.0.0.1:8000/`. */
  readonly url: string
  /** The name to ask for, when it is not the one in the URL. */
  readonly host?: string
  /** Which release must answer, and its image. */
  readonly release: number
  readonly image: string
  readonly healthPath: string
  /** A file that the edge must serve by itself; null when the app has none. */
  readonly file: ServedFile | null
  /** Asks where only another machine can: a path, by headers. Without it this machine asks `url`. */
  readonly ask?: (path: string, headers: Readonly<Record<string, string>>, timeout: number) => Promise<Answer>
  /** Milliseconds one answer may take; 30 s without it: a first request may load much. */
  readonly timeout?: number
}

export interface ServedFile {
  /** Path of its URL. */
  readonly path: string
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
}

/** Asks the running release, from outside, whether it serves. A failed check is a verdict, not an error. */
export async function verify(request: VerifyRequest): Promise<Verdict> {
  const checks = [
    await check('release', () => theRightRelease(request)),
    await check('app', () => theAppAnswers(request)),
    await check('headers', () => theHeadersAreRight(request)),
    ...(request.file ? [await check('static files', () => theFileIsServed(request, request.file))] : []),
  ]
  return { ok: checks.every(({ ok }) => ok), checks }
}

type Finding = readonly [ok: boolean, detail: string]

async function check(name: string, look: () => Promise<Finding>): Promise<Check> {
  const began = performance.now()
  const [ok, detail] = await look().catch((error: unknown): Finding => [false, reasonOf(error)])
  return { name, ok, detail, took: performance.now() - began }
}

async function theRightRelease(request: VerifyRequest): Promise<Finding> {
  const answer = await get(request, releasePath)
  if (answer.status !== 200) return [false, `${releasePath} answers ${answer.status}`]
  const { release, image } = JSON.parse(answer.text) as { release?: unknown; image?: unknown }
  if (release !== request.release) return [false, `release ${String(release)} answers instead of ${request.release}`]
  return image === request.image ? [true, `release ${release} answers`] : [false, 'another image answers']
}

/** 400 is how Django refuses a name that is not in ALLOWED_HOSTS: it serves. 401, 403 and a redirect are answers too. */
async function theAppAnswers(request: VerifyRequest): Promise<Finding> {
  const { status } = await get(request, request.healthPath)
  return [status < 500, `${request.healthPath} answers ${status}`]
}

async function theHeadersAreRight(request: VerifyRequest): Promise<Finding> {
  const { headers } = await get(request, releasePath)
  if (!headers['x-request-id']) return [false, 'X-Request-ID is missing']
  const server = String(headers.server ?? '')
  return /\d/.test(server) ? [false, `Server tells a version: ${server}`] : [true, 'X-Request-ID, no version told']
}

async function theFileIsServed(request: VerifyRequest, file: ServedFile | null): Promise<Finding> {
  if (!file) return [true, 'no file']
  const answer = await get(request, file.path)
  if (answer.status !== 200) return [false, `${file.path} answers ${answer.status}`]
  if (answer.size !== file.size || answer.sha256 !== file.sha256) return [false, `${file.path} has another content`]
  // What nginx serves itself carries the policy it was configured with; an app's own answer has passed through untouched.
  const policy = answer.headers['cache-control'] ?? ''
  return policy.startsWith('public, max-age=')
    ? [true, `${file.path}, ${policy.includes('immutable') ? 'kept for ever' : 'revalidated'}`]
    : [false, `${file.path} is not served by nginx`]
}

const releasePath = '/.well-known/wherry/release'

function get({ url, host, ask: askThere, timeout = 30_000 }: VerifyRequest, path: string): Promise<Answer> {
  const headers = { 'User-Agent': 'wherry', ...(host === undefined ? {} : { Host: host }) }
  return askThere ? askThere(path, headers, timeout) : ask(new URL(path, url), headers, timeout)
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'AbortError') return 'no answer in time'
  return error instanceof Error ? error.message : String(error)
}
