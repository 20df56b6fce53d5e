import { appendFileSync } from 'node:fs'

/**
 * Measuring beside a rival, the only way that says the same on every machine: contestants take turns within one run, so that
 * what disturbs the machine disturbs all alike; medians are compared, and only their ratio is judged.
 */

/** Each contestant gives one figure a round. Without a figure of its own, the milliseconds it took. */
export type Contestants<Name extends string> = Readonly<Record<Name, (round: number) => Promise<number | void>>>

/** Runs the contestants in turn, each round beginning with another; the figures of each in order. */
export async function interleave<Name extends string>(
  rounds: number,
  contestants: Contestants<Name>,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const names = Object.keys(contestants) as Name[]
  const figures = Object.fromEntries(names.map(name => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(turn + round) % names.length] as Name
      const began = performance.now()
      const figure = await contestants[name](round)
      figures[name].push(figure ?? performance.now() - began)
    }
  }
  return figures
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  if (upper === undefined) throw new Error('no figures, no median')
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

export function medians<Name extends string>(
  figures: Readonly<Record<Name, readonly number[]>>,
): Readonly<Record<Name, number>> {
  const entries = Object.entries(figures) as [Name, readonly number[]][]
  return Object.fromEntries(entries.map(([name, values]) => [name, median(values)])) as Record<Name, number>
}

/** Milliseconds of a piece of work. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** One line of a result: what was measured, the figures by who made them, and the ratio that is judged where one is. */
export interface Row {
  readonly what: string
  readonly unit: 'ms' | 's' | 'MB' | 'req/s' | 'ms/file'
  readonly figures: Readonly<Record<string, number>>
  readonly ratio?: number
  /** What the ratio is held to, for people: `≤ 0.5`. */
  readonly bar?: string
}

/** Prints the rows as a table, and appends them as JSON lines to the file that WHERRY_BENCH_OUT names. */
export function publish(bench: string, rows: readonly Row[]): void {
  const lines = rows.map(({ what, unit, figures, ratio, bar }) => {
    const told = Object.entries(figures).map(([name, figure]) => `${name} ${round(figure)}`)
    const judged = ratio === undefined ? '' : `  ratio ${round(ratio)}${bar ? ` (bar ${bar})` : ''}`
    return `  ${what.padEnd(44)} ${told.join(' · ')} ${unit}${judged}`
  })
  console.log([bench, ...lines].join('\n'))
  const file = process.env['WHERRY_BENCH_OUT']
  if (file) appendFileSync(file, rows.map(row => `${JSON.stringify({ bench, ...row })}\n`).join(''))
}

/** Three significant digits. */
function round(figure: number): string {
  return String(Number(figure.toPrecision(3)))
}
