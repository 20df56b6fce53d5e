import { mkdtempSync, rmSync } from 'node:fs'
import { chmod, mkdir, readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sandboxEngine } from '../../src/engines/sandbox/engine.ts'
import { openCache } from '../../src/kit/cache.ts'
import type { Event } from '../../src/model/event.ts'
import { image } from '../../src/ship.ts'
import type { Made } from '../../src/ship/values.ts'
import type { MadeImage } from '../../src/steps/image/index.ts'

/** Images made in tests, and the apps in them asked over a socket. */

/** Kept between test files: what was downloaded once is not downloaded again. Images are made anew where a test wants that. */
export const sharedCache = join(tmpdir(), 'wherry-test-cache')

export interface Make {
  readonly cache?: string
  readonly update?: boolean
}

/** Makes the image of a repository in this process; `events` are what a person would have been told. */
export async function makeImageOf(directory: string, { cache = sharedCache, update = false }: Make = {}) {
  const events: Omit<Event, 'at'>[] = []
  const before = process.env['WHERRY_CACHE']
  process.env['WHERRY_CACHE'] = cache
  try {
    const { made, detected }: Made = await image(directory, { report: event => events.push(event), update })
    return { made, project: detected.project, events, told: events.map(({ text }) => text) }
  } finally {
    if (before === undefined) delete process.env['WHERRY_CACHE']
    else process.env['WHERRY_CACHE'] = before
  }
}

/** What a failed or finished build leaves among unfinished things: nothing. */
export async function unfinished(cache: string): Promise<string[]> {
  await mkdir(join(cache, 'tmp'), { recursive: true })
  return readdir(join(cache, 'tmp'))
}

export interface Answer {
  readonly status: number
  readonly body: string
}

export interface RunningApp {
  ask(method: string, path: string, body?: string): Promise<Answer>
  /** A program of the image in the app's environment: its output. */
  run(argv: readonly string[]): Promise<string>
  stop(): Promise<void>
}

/**
 * Starts the image as production does, on a read-only root, in the sandbox; resolves once it answers. `before` is a command that runs in
 * the image first, as the release step does.
 */
export async function startApp(
  { image: { config }, layers }: MadeImage,
  env: Readonly<Record<string, string>> = {},
  before: readonly string[] = [],
): Promise<RunningApp> {
  const place = mkdtempSync(join(tmpdir(), 'wherry-app-'))
  const [sockets, data] = [join(place, 'run'), join(place, 'data')]
  for (const directory of [sockets, data]) {
    await mkdir(directory)
    await chmod(directory, 0o777)
  }
  const engine = await sandboxEngine({ trustedLayers: layers.slice(0, 1), cache: openCache(sharedCache).root })
  const container = {
    layers,
    env: {
      ...config.env,
      SECRET_KEY: 'for-tests-only',
      WHERRY_SOCKET: '/sockets/app.sock',
      WEB_CONCURRENCY: '1',
      ...env,
    },
    user: { uid: 10001, gid: 10001 },
    cwd: config.workingDirectory,
    root: 'read-only',
    mounts: [
      { from: sockets, to: '/sockets', readonly: false },
      { from: data, to: '/data', readonly: false },
    ],
    tmpfs: [],
    network: 'none',
    hostname: 'test',
    memoryLimit: null,
    pidsLimit: null,
  } as const
  const [program = '', ...words] = config.entrypoint
  const run = async (argv: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await engine.run({ ...container, argv: [program, ...words, ...argv] })
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
    return stdout
  }
  if (before.length > 0) await run(['run', ...before])
  const running = await engine.start({ ...container, argv: [program, ...words, 'web'] }, { stdio: ['ignore', 2, 2] })
  const ended = running.exited.then(exit => {
    throw new Error(`the app ended: ${JSON.stringify(exit)}`)
  })
  ended.catch(() => {})
  const ask: RunningApp['ask'] = (method, path, body) => askSocket(join(sockets, 'app.sock'), method, path, body)
  while (
    await ask('GET', '/').then(
      () => false,
      () => true,
    )
  )
    await Promise.race([ended, sleep(50)])
  return {
    ask,
    run: argv => run(['run', ...argv]),
    async stop() {
      await running.stop()
      rmSync(place, { recursive: true, force: true })
    },
  }
}

function askSocket(socketPath: string, method: string, path: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'localhost', ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
    const asked = request({ socketPath, method, path, headers }, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }))
      answer.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
