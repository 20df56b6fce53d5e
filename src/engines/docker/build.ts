import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { buildFailed, engineRefused } from '../errors.ts'
import { logsOf } from './build-log.ts'
import { ApiError } from './client.ts'
import type { Daemon } from './daemon.ts'

export interface BuildRequest {
  /** A tar of the build's context. */
  readonly context: AsyncIterable<Uint8Array>
  /** The Dockerfile's path in it. */
  readonly dockerfile: string
  /** The image's name in the engine's store. */
  readonly name: string
  readonly onLine?: (line: string) => void
  readonly signal?: AbortSignal
}

/**
 * Builds a Dockerfile: docker by BuildKit, podman by its own buildah. `save` is the file that gets the image, as docker save writes
 * it. Throws `dockerfile-build-failed` with the last lines of the build, `engine-refused`.
 */
export async function buildWithDaemon(daemon: Daemon, request: BuildRequest, save: string): Promise<void> {
  const { context, dockerfile, name, signal } = request
  const options = signal ? { signal } : {}
  const query = { dockerfile, t: name, rm: '1', forcerm: '1', ...(daemon.name === 'docker' ? { version: '2' } : {}) }
  try {
    const answer = await daemon.client.open('POST', '/build', { query, body: context, ...options })
    await follow(daemon, answer, request)
    const image = await daemon.client.open('GET', `/images/${encodeURIComponent(name)}/get`, options)
    await pipeline(image, createWriteStream(save, { flags: 'wx' }))
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const next = `Look at the log of ${daemon.name}.`
    throw engineRefused({
      what: `${daemon.name} does not build ${dockerfile}.`,
      why: error.message,
      next,
      cause: error,
    })
  }
}

interface Told {
  readonly stream?: string
  readonly id?: string
  readonly aux?: unknown
  readonly error?: string
  readonly errorDetail?: { readonly message?: string }
}

/** Its answer is one JSON value a line; BuildKit's own words are records in some of them. */
async function follow(
  { name }: Daemon,
  answer: NodeJS.ReadableStream,
  { dockerfile, onLine }: BuildRequest,
): Promise<void> {
  const last: string[] = []
  const say = (text: string): void => {
    for (const line of text.split('\n').filter(each => each.trim() !== '')) {
      if (last.push(line) > 20) last.shift()
      onLine?.(line)
    }
  }
  for await (const line of createInterface({ input: answer })) {
    const told = parse(line)
    if (told.stream !== undefined) say(told.stream)
    if (told.id === 'moby.buildkit.trace' && typeof told.aux === 'string') say(logsOf(Buffer.from(told.aux, 'base64')))
    const fault = told.errorDetail?.message ?? told.error
    if (fault === undefined) continue
    throw buildFailed({
      what: `${dockerfile} does not build.`,
      why: fault.split('\n')[0] ?? '',
      next: `Mend it; \`docker build\` shows the same.`,
      evidence: [{ file: dockerfile, line: null, text: `built by ${name}` }, ...last.map(text => ({ text }))],
    })
  }
}

function parse(line: string): Told {
  try {
    return Object(JSON.parse(line)) as Told
  } catch {
    return {}
  }
}
