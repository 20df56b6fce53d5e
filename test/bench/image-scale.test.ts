import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { interleave, medians, publish, timed } from '../support/bench.ts'
import { makeRepository, type Example } from '../support/example.ts'

/** A repository ten times as large may cost ten times as much, not a hundred: the price of a file stays the same. */
const small = 1000
const large = 10_000
const rounds = 3

const app = `from flask import Flask

app = Flask(__name__)

@app.get("/")
def index():
    return "hello"
`

test('the cost of an image grows with its files, not faster', async () => {
  const none = await makeApp(0)
  const thousand = await makeApp(small)
  const many = await makeApp(large)
  try {
    const first = {
      none: await timed(image(none)),
      small: await timed(image(thousand)),
      large: await timed(image(many)),
    }
    const again = medians(await interleave(rounds, { none: image(none), small: image(thousand), large: image(many) }))
    const changed = medians(
      await interleave(rounds, { none: change(none), small: change(thousand), large: change(many) }),
    )
    const rows = [rowOf('first image', first), rowOf('nothing changed', again), rowOf('one line changed', changed)]
    publish('image of many files', rows)
    for (const { what, ratio } of rows) expect(ratio, what).toBeLessThanOrEqual(2)
  } finally {
    await Promise.all([none, thousand, many].map(each => each.remove()))
  }
})

/** Milliseconds each further file costs, and how much more it is among ten thousand than among one. */
function rowOf(what: string, took: Readonly<Record<'none' | 'small' | 'large', number>>) {
  const figures = { small: (took.small - took.none) / small, large: (took.large - took.none) / large }
  return { what, unit: 'ms/file' as const, figures, ratio: figures.large / figures.small, bar: '≤ 2' }
}

const lockOf = ({ directory }: Example): string => join(directory, 'wherry.lock')
const image = (example: Example) => async (): Promise<void> => void (await example.wherry('image'))
const change = (example: Example) => async (round: number) => {
  await writeFile(join(example.directory, 'app.py'), `${app}# ${round}\n`)
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
      await writeFile(join(folder, name), `value_${n} = "${n} of ${files}"\n`)
    }
  })
}
