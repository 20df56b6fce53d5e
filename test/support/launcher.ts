import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { constants, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'

/** Starts runtime/launcher as an image does, for the tests of both lanes. */

export const launcherDirectory = resolve(import.meta.dirname, '../../runtime/launcher')

/** The interpreter itself, not a shim in front of it. */
export const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()

export interface Launched {
  readonly child: ChildProcess
  /** What it has printed so far, both streams. */
  output(): string
  ended: Promise<number>
}

export interface LaunchOptions {
  readonly launch: object
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Words put before the command, such as `unshare …`. */
  readonly before?: readonly string[]
  readonly cwd?: string
}

export function startLauncher({ launch, args = [], env = {}, before = [], cwd }: LaunchOptions): Launched {
  const file = join(scratch(), 'launch.json')
  writeFileSync(file, JSON.stringify({ version: 1, python, ...launch }))
  const words = [...before, python, '-I', '-S', launcherDirectory, ...args]
  const child = spawn(words[0] ?? python, words.slice(1), {
    cwd: cwd ?? '/',
    env: { PATH: process.env.PATH ?? '', WHERRY_LAUNCH: file, WHERRY_SECRETS: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', chunk => (text += chunk))
  const ended = new Promise<number>((done, fail) => {
    child.once('error', fail)
    child.once('exit', (code, signal) => {
      const finish = (): void => done(code ?? 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 0))
      // The output is complete at `close`, which does not come while a worker outlives its parent.
      child.once('close', finish)
      setTimeout(finish, 2000).unref()
    })
  })
  return { child, output: () => text, ended }
}

/** Runs the launcher to its end. */
export async function runLauncher(options: LaunchOptions): Promise<{ readonly code: number; readonly output: string }> {
  const launched = startLauncher(options)
  const code = await launched.ended
  return { code, output: launched.output() }
}

/** Evaluates Python with the launcher's modules at hand; what it prints is read as JSON. */
export function evaluate(code: string, input: unknown = null): unknown {
  const start = `import json, sys\nsys.path[:0] = [${JSON.stringify(launcherDirectory)}, ${JSON.stringify(join(launcherDirectory, 'app'))}]\ngiven = json.load(sys.stdin)\n`
  return JSON.parse(
    execFileSync(python, ['-I', '-S', '-c', start + code], { encoding: 'utf8', input: JSON.stringify(input) }),
  )
}

const made: string[] = []
afterAll(() => made.splice(0).forEach(directory => rmSync(directory, { recursive: true, force: true })))

/** Gone when the test file that imports this ends. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'wherry-launcher-'))
  made.push(directory)
  return directory
}

/** Writes files below a new directory and returns it. */
export function folder(files: Readonly<Record<string, string>>): string {
  const root = scratch()
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

export interface Answer {
  readonly status: number
  readonly body: string
}

/** One request on its own connection, to a socket path or a port of this machine. */
export function ask(
  where: string | number,
  path = '/',
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const place = typeof where === 'string' ? { socketPath: where } : { host: '127.0.0.1', port: where }
  return new Promise((done, fail) => {
    const sent = request({ ...place, path, headers, agent: false }, response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', chunk => (body += chunk))
      response.on('end', () => done({ status: response.statusCode ?? 0, body }))
      response.on('error', fail)
    })
    sent.on('error', fail)
    sent.end()
  })
}

/** Waits until it answers. Fails with the output when the launcher ends first. */
export async function untilAnswering(launched: Launched, where: string | number): Promise<void> {
  let code: number | undefined
  void launched.ended.then(ended => (code = ended))
  for (;;) {
    const answer = await ask(where).catch(() => null)
    if (answer !== null) return
    if (code !== undefined) throw new Error(`ended with ${code} before it answered:\n${launched.output()}`)
    await sleep(50)
  }
}
