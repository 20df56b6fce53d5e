import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openCheckout } from '../../src/kit/checkout/index.ts'
import { openCache } from '../../src/kit/cache.ts'
import type { Plan } from '../../src/model/plan.ts'
import { readPackages } from '../../src/steps/detect/packages/index.ts'
import { makeImage, type MadeImage } from '../../src/steps/image/index.ts'

/** Small apps for the tests of releases: made into real images, one version after the other. */
export interface AppChanges {
  /** Files that are added or replaced. */
  readonly files?: Readonly<Record<string, string>>
  readonly plan?: (plan: Plan) => Plan
}

export interface App {
  readonly plan: Plan
  readonly made: MadeImage
}

const wsgi = `
import json, os, time
from pathlib import Path

VERSION = open(Path(__file__).parent / "version").read().strip()

def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/slow":
        time.sleep(float(environ.get("QUERY_STRING") or "5"))
    body = environ["wsgi.input"].read()
    if environ["REQUEST_METHOD"] == "POST":
        descriptor = os.open("/data/count", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(descriptor, b".")
        os.close(descriptor)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"version": VERSION, "length": len(body), "host": environ["HTTP_HOST"]}).encode()]
`

const asgi = `
import asyncio, json, os
from pathlib import Path

VERSION = open(Path(__file__).parent / "version").read().strip()

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if scope["path"] == "/slow":
        await asyncio.sleep(float(scope["query_string"] or b"5"))
    if scope["method"] == "POST":
        descriptor = os.open("/data/count", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(descriptor, b".")
        os.close(descriptor)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps({"version": VERSION, "length": len(body)}).encode()})
`

/** With a release process that makes a database. */
export const withJob: AppChanges = {
  plan: plan => ({
    ...plan,
    data: [{ path: 'db.sqlite3', kind: 'sqlite' }],
    release: { ...plan.release, command: ['python', '-c', makeTable] },
  }),
}

const makeTable = `
import sqlite3
connection = sqlite3.connect("/data/db.sqlite3")
connection.execute("create table if not exists t (n)")
connection.commit()
`

const sources = { wsgi, asgi }
const locks = new Map<string, string>()

/** Makes an image of the app of that interface. The content cache makes every version after the first a matter of a second. */
export async function makeApp(kind: 'wsgi' | 'asgi', version: string, changes: AppChanges = {}): Promise<App> {
  const directory = mkdtempSync(join(tmpdir(), 'wherry-app-'))
  try {
    const files = {
      'web.py': sources[kind],
      'requirements.txt': kind === 'wsgi' ? 'gunicorn==27.0.1\n' : 'uvicorn==0.54.0\n',
      version,
      'assets/style.css': `body { --version: "${version}" }`,
      'assets/app.3f2a9c1b77de.js': `// ${version}`,
      ...changes.files,
    }
    for (const [name, text] of Object.entries(files)) write(join(directory, name), text)
    const plan = (changes.plan ?? (given => given))(planOf(kind))
    // One lock for all versions, as a repository would have it: they are not resolved anew.
    const key = `${kind} ${plan.image.serve.server}`
    const lock = locks.get(key)
    if (lock !== undefined) write(join(directory, 'wherry.lock'), lock)
    const made = await imageOf(directory, plan)
    locks.set(key, readFileSync(join(directory, 'wherry.lock'), 'utf8'))
    return { plan, made }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** An example of the repository, copied first: making its image writes a lock. */
export async function makeExample(name: string, plan: (plan: Plan) => Plan): Promise<App> {
  const directory = mkdtempSync(join(tmpdir(), 'wherry-app-'))
  try {
    cpSync(join(import.meta.dirname, '../../examples', name), directory, { recursive: true })
    const made = plan(planOf('wsgi'))
    return { plan: made, made: await imageOf(directory, made) }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function imageOf(directory: string, plan: Plan): Promise<MadeImage> {
  const checkout = await openCheckout(directory)
  const wanted = { ...readPackages(checkout, '.'), directory: '.' }
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
  // As `up` does: the release starts it, and some are meant to fail there.
  const request = { plan, wanted, checkout, libraries: [], architecture, startsNext: true } as const
  return makeImage(request, { cache: openCache(), report: () => {} })
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function planOf(kind: 'wsgi' | 'asgi'): Plan {
  return {
    name: 'web',
    root: '.',
    lockFile: 'wherry.lock',
    image: {
      base: { kind: 'debian', suite: 'trixie', python: '3.13' },
      requirements: { manager: 'pip', lock: null, manifest: 'requirements.txt' },
      serve: {
        interface: kind,
        module: 'web',
        attribute: 'app',
        factory: false,
        script: null,
        path: '',
        omits: [],
        server: kind === 'wsgi' ? 'gunicorn' : 'uvicorn',
        addServer: false,
        framework: null,
        settings: null,
        workers: { memory: null, max: null, threads: null },
      },
      debianPackages: [],
      buildPackages: [],
      exclude: [],
      allowSecrets: [],
      collectStatic: null,
      frontEnds: [],
      buildEnv: {},
    },
    processes: { web: null },
    edge: {
      statics: [{ url: '/static/', directory: 'assets', collected: false }],
      maxBody: '1m',
      timeout: 60,
      extra: null,
    },
    release: { command: null, migrations: null, healthPath: null, startTimeout: 30, drain: 20, keep: 3 },
    data: [],
    env: {},
    secrets: [],
    secretFiles: [],
    services: [],
  }
}
