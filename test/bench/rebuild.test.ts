import { randomUUID } from 'node:crypto'
import { chmod, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { interleave, median, medians, publish, timed } from '../support/bench.ts'
import { bootArguments } from '../support/boot.ts'
import { dockerfile, pinsOf, startRival, type Rival } from '../support/dockerfile.ts'
import { benchCache, copyExample, edit, forgetImages, makeRepository, type Example } from '../support/example.ts'
import { freePort } from '../support/nginx-edge.ts'

/**
 * From a changed line to the app that answers with it; the same again with nothing changed; and a first image. Beside
 * `docker build` and `docker run` with a good Dockerfile (test/support/dockerfile.ts says what speaks for it), whose container
 * replaces the one before without waiting for its requests.
 */
const gunicorn = ['gunicorn', '--worker-class=gthread', '--threads=4', '--workers=3']
const apps = {
  'flask-notes': {
    file: 'notes/__init__.py',
    // One line of the app, to be seen in the answer.
    line: 'fetchall())\n',
    changed: (mark: string) => `fetchall()), {"Content-Type": "text/html; release=${mark}"}\n`,
    steps: [],
    command: (port: number) => [...gunicorn, `--bind=127.0.0.1:${port}`, 'notes:create_app()'],
    release: [],
  },
  'django-shop': {
    file: 'catalog/views.py',
    line: '"products": Product.objects.all()})\n',
    changed: (mark: string) => `"products": Product.objects.all()}, content_type="text/html; release=${mark}")\n`,
    steps: ['RUN SECRET_KEY=build python manage.py collectstatic --noinput'],
    command: (port: number) => [
      'sh',
      '-c',
      'python manage.py migrate --noinput && exec "$@"',
      'sh',
      ...gunicorn,
      `--bind=127.0.0.1:${port}`,
      'shop.wsgi:application',
    ],
    release: ['/venv/bin/python', '-I', '-S', '/wherry/launcher', 'release'],
  },
} as const

const rounds = 3
/**
 * Two bars of the issue are not reached yet: a changed line in a fifth of Docker's time, a first image in half of it (docs/results.md has
 * the figures). They are printed beside the figures; what fails here is a step back that nobody could overlook.
 */
const notYet = 4
const notYetFirst = 3
const notYetWatching = 1.6
const names = ['flask-notes', 'django-shop'] as const
let rival: Rival
/** An app with other packages: with its image made, the base is at hand, as Docker's is. */
let other: Example
const examples = new Map<string, Example>()

beforeAll(async () => {
  other = await makeRepository('other', async directory => {
    const body = 'async def app(scope, receive, send):\n    raise NotImplementedError\n'
    await writeFile(join(directory, 'app.py'), body)
    await writeFile(join(directory, 'requirements.txt'), 'hypercorn\n')
    await writeFile(join(directory, 'Procfile'), 'web: hypercorn app:app\n')
  })
  for (const name of names) examples.set(name, await copyExample(name))
  rival = await startRival(await Promise.all([...examples.values()].map(example => example.lock())))
})
afterAll(async () => {
  await rival.stop()
  for (const example of [other, ...examples.values()]) await example.remove()
})

describe.each(names)('%s', name => {
  const app = apps[name]
  const tag = `bench/${name}`
  let example: Example
  let ports: { readonly wherry: number; readonly docker: number }

  beforeAll(async () => {
    const found = examples.get(name)
    if (!found) throw new Error('every example was copied')
    example = found
    ports = { wherry: await freePort(), docker: await freePort() }
    await writeFile(join(example.directory, 'requirements.txt'), pinsOf(await example.lock()))
    await writeFile(join(example.directory, 'Dockerfile'), dockerfile(app.steps, app.command(ports.docker)))
    await writeFile(join(example.directory, '.dockerignore'), '.git\nwherry.lock\n')
    await writeFile(join(example.home, 'db.sqlite3'), '')
    await chmod(join(example.home, 'db.sqlite3'), 0o666)
    await example.wherry('image')
    await rival.build(example.directory, tag)
  })
  afterAll(async () => {
    await example.wherry('down')
    await rival.docker('rm', '--force', name)
  })

  test('a first image, beside a build without its layers', async () => {
    const build = () => rival.build(example.directory, tag, { cold: true })
    const took = await interleave(2, {
      wherry: async () => {
        await forgetImages(benchCache)
        await other.wherry('image')
        return timed(() => example.wherry('image'))
      },
      docker: build,
    })
    await forgetImages(benchCache)
    const alone = await timed(() => example.wherry('image'))
    const { wherry, docker } = medians(took)
    publish(`first image of ${name}`, [
      {
        what: 'base at hand, downloads too',
        unit: 'ms',
        figures: { wherry, docker },
        ratio: wherry / docker,
        bar: '≤ 0.5',
      },
      { what: 'the base made as well', unit: 'ms', figures: { wherry: alone } },
    ])
    expect(wherry / docker, 'far from the bar, which is not reached yet').toBeLessThanOrEqual(notYetFirst)
  })

  test('a changed line, beside a build and a run; nothing changed costs a tenth of a first `up`', async () => {
    const up = () => example.wherry('up', '--detach', '--port', `${ports.wherry}`)
    const first = await firstUp()
    const afterDownloads = await timed(async () => {
      await forgetImages(benchCache)
      await up()
    })
    const again = median((await interleave(5, { again: () => timed(up) })).again)
    publish(`up of ${name}`, [
      { what: 'nothing changed', unit: 'ms', figures: { again, first }, ratio: again / first, bar: '≤ 0.1' },
      {
        what: 'beside a first one with all downloads there',
        unit: 'ms',
        figures: { again, first: afterDownloads },
        ratio: again / afterDownloads,
      },
    ])

    await run()
    const watched = await startWatched()
    // The app's own time is taken beside, so that all are taken under the same load.
    const times = medians(
      await interleave(rounds, {
        wherry: () => change(example, ports.wherry, up),
        watching: () => change(watched.example, watched.port, () => watched.settled()),
        docker: () => change(example, ports.docker, replace),
        bootOfWherry,
        bootOfDocker,
      }),
    )
    await watched.stop()
    const { wherry, watching, docker, bootOfWherry: boot } = times
    const net = { wherry: wherry - boot, watching: watching - boot, docker: docker - times.bootOfDocker }
    publish(`a changed line of ${name}`, [
      { what: '`up` until it answers', unit: 'ms', figures: { wherry, docker }, ratio: wherry / docker },
      { what: '`up --watch` until it answers', unit: 'ms', figures: { watching, docker }, ratio: watching / docker },
      { what: 'of that the app itself', unit: 'ms', figures: { wherry: boot, docker: times.bootOfDocker } },
      { what: '`up` without the app itself', unit: 'ms', figures: net, ratio: net.wherry / net.docker },
      { what: '`up --watch` without it', unit: 'ms', figures: net, ratio: net.watching / net.docker, bar: '≤ 0.2' },
    ])
    expect(again / first).toBeLessThanOrEqual(0.1)
    expect(wherry / docker, 'far from the bar, which is not reached yet').toBeLessThanOrEqual(notYet)
    expect(watching / docker, 'far from the bar, which is not reached yet').toBeLessThanOrEqual(notYetWatching)
  })

  /** Milliseconds of an `up` as somebody meets it who never ran one. */
  async function firstUp(): Promise<number> {
    const place = await copyExample(name, { fresh: true })
    examples.set(`${name}, fresh`, place)
    const port = await freePort()
    const took = await timed(() => place.wherry('up', '--detach', '--port', `${port}`))
    await place.wherry('down')
    return took
  }

  /** The same example in another place, under `up --watch`: what a changed line costs while one works on it. */
  async function startWatched() {
    const place = await copyExample(name)
    examples.set(`${name}, watched`, place)
    const port = await freePort()
    const command = place.start('up', '--watch', '--port', `${port}`)
    const releases = (): number => {
      if (command.isOver()) throw new Error(`it ended:\n${command.printed()}`)
      return command.printed().split(/✓ (?:keep the last|\d+ files? changed)/).length
    }
    while (releases() < 2) await sleep(50)
    return {
      example: place,
      port,
      /** The next release is made and the one before is gone: nothing of this change runs into the next. */
      async settled() {
        for (const before = releases(); releases() === before;) await sleep(20)
      },
      stop: () => command.stop(),
    }
  }

  /** What stands in the changed line of a place; it is never put back, which `--watch` would take for one more change. */
  const lines = new Map<Example, string>()

  /** Milliseconds from the change of a line to the first answer that shows it. */
  async function change(place: Example, port: number, release: () => Promise<unknown>): Promise<number> {
    const mark = randomUUID()
    await edit(join(place.directory, app.file), lines.get(place) ?? app.line, app.changed(mark))
    lines.set(place, app.changed(mark))
    const began = performance.now()
    const released = release()
    await Promise.race([answered(port, mark), released.then(() => answered(port, mark))])
    const took = performance.now() - began
    await released
    return took
  }

  async function replace(): Promise<void> {
    await rival.build(example.directory, tag)
    await rival.docker('rm', '--force', name)
    await run()
  }
  /** The data outlives the container: there is nothing to migrate again, as with ours. */
  function settings(): string[] {
    const database = `--volume=${join(example.home, 'db.sqlite3')}:/app/db.sqlite3`
    return ['--network=host', '--env=SECRET_KEY=bench', ...(name === 'django-shop' ? [database] : [])]
  }
  async function run(): Promise<void> {
    await rival.docker('run', '--detach', '--name', name, ...settings(), tag)
  }
  async function bootOfDocker(): Promise<number> {
    const port = await freePort()
    const argv = bootArguments(port, [app.command(port)])
    const { stdout } = await rival.docker('run', '--rm', ...settings(), tag, 'python3', ...argv)
    return Number(stdout)
  }
  async function bootOfWherry(): Promise<number> {
    const launcher = ['/venv/bin/python', '-I', '-S', '/wherry/launcher', 'web']
    const commands = app.release.length > 0 ? [app.release, launcher] : [launcher]
    const { stdout } = await example.wherry('run', 'python', ...bootArguments(await freePort(), commands))
    return Number(stdout)
  }
})

async function answered(port: number, mark: string): Promise<void> {
  while (!(await typeAt(port)).includes(mark)) await sleep(5)
}

/** The media type of the front page; '' when nobody answers with a 200. */
function typeAt(port: number): Promise<string> {
  return new Promise(resolve => {
    const asked = request({ host: '127.0.0.1', port, path: '/', agent: false }, answer => {
      answer.resume().on('end', () => resolve(answer.statusCode === 200 ? (answer.headers['content-type'] ?? '') : ''))
      answer.on('error', () => resolve(''))
    })
    asked.on('error', () => resolve(''))
    asked.end()
  })
}
