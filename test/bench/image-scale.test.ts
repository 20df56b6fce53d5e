import { randomUUID } from 'node:crypto'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { interleave, publish } from '../support/bench.ts'
import { makeRepository, type Example } from '../support/example.ts'

/** A repository five times as large may cost five times as much, not twenty-five: the price of a file stays the same. */
const small = 2000
const large = 10_000
const rounds = 5

const app = `from flask import Flask

app = Flask(__name__)

@app.get("/")
def index():
    return "hello"
`

test('the cost of an image grows with its files, not faster', async () => {
  const none = await makeApp(0)
  const few = await makeApp(small)
  const many = await makeApp(large)
  try {
    // What all three share is made before: the lock, the base, the packages.
    await none.lock()
    for (const { directory } of [few, many])
      await copyFile(join(none.directory, 'wherry.lock'), join(directory, 'wherry.lock'))
    const first = await interleave(1, { none: change(none), small: image(few), large: image(many) })
    const again = await interleave(rounds, { none: image(none), small: image(few), large: image(many) })
    const changed = await interleave(rounds, { none: change(none), small: change(few), large: change(many) })
    const rows = [rowOf('first image', first), rowOf('nothing changed', again), rowOf('one line changed', changed)]
    publish('image of many files', rows)
    for (const { what, ratio } of rows) expect(ratio, what).toBeLessThanOrEqual(2)
  } finally {
    await Promise.all([none, few, many].map(each => each.remove()))
  }
})

/** Milliseconds a file may seem to cost, or to save, by chance alone: what costs less is compared with this. */
const noise = 0.02

/**
 * Milliseconds each further file costs, and how much more it is among many than among few. Of the rounds the quickest counts:
 * the difference of two noisy times is noisier than both, and load only ever adds.
 */
function rowOf(what: string, took: Readonly<Record<'none' | 'small' | 'large', readonly number[]>>) {
  const [none, few, many] = [took.none, took.small, took.large].map(times => Math.min(...times)) as [
    number,
    number,
    number,
  ]
  const figures = { small: (few - none) / small, large: (many - few) / (large - small) }
  return { what, unit: 'ms/file' as const, figures, ratio: figures.large / Math.max(figures.small, noise), bar: '≤ 2' }
}

const image = (example: Example) => async (): Promise<void> => void (await example.wherry('image'))
/** A line that no run before had, which the cache would remember. */
const change = (example: Example) => async (): Promise<void> => {
  await writeFile(join(example.directory, 'app.py'), `${app}# ${randomUUID()}\n`)
  await example.wherry('image')
}

/** Mostly data, in directories of a hundred; a tenth of it is Python. */
function makeApp(files: number): Promise<Example> {
  return makeRepository('scale', async directory => {
    await writeFile(join(directory, 'app.py'), app)
    await writeFile(join(directory, 'requirements.txt'), 'flask\n')
    for (let n = 0; n < files; n += 1) {
      const folder = join(directory, 'data', String(Math.floor(n / 100)))
      if (n % 100 === 0) await mkdir(folder, { recursive: true })
      const name = n % 10 === 0 ? `module_${n}.py` : `record-${n}.txt`
      await writeFile(join(folder, name), `value_${n} = "${randomUUID()}"\n`)
    }
  })
}
