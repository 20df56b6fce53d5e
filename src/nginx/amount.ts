import { invalidEdge } from './errors.ts'

/** Bytes. */
export type Size = number & { readonly [size]: 'Size' }
/** Milliseconds. */
export type Time = number & { readonly [time]: 'Time' }
declare const size: unique symbol
declare const time: unique symbol

const sizes: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }
const times: Readonly<Record<string, number>> = { ms: 1, s: 1000, '': 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `10m`, `1g`, `512k`, `0` (nginx's units, powers of 1024). Error: `invalid-edge`. */
export function parseSize(input: string): Size {
  const [, digits, unit] = /^(\d{1,9})([kmg]?)$/i.exec(input) ?? []
  if (digits === undefined) throw refuse(input, 'a size', '10m')
  return (Number(digits) * (sizes[unit?.toLowerCase() ?? ''] ?? 1)) as Size
}

/** `30s`, `500ms`, `5m`, `1h`; a bare number is seconds. Error: `invalid-edge`. */
export function parseTime(input: string): Time {
  const [, digits, unit] = /^(\d{1,9})(ms|s|m|h|d)?$/.exec(input) ?? []
  const value = Number(digits) * (times[unit ?? ''] ?? 1)
  // nginx counts milliseconds in an ngx_msec_int_t, 31 bits of it on a 32-bit machine.
  if (digits === undefined || value > 2_147_483_647) throw refuse(input, 'a time of at most 24 days', '30s')
  return value as Time
}

/** In the largest unit that holds it exactly. */
export function writeSize(bytes: Size): string {
  for (const unit of ['g', 'm', 'k']) {
    const factor = sizes[unit] ?? 1
    if (bytes > 0 && bytes % factor === 0) return `${bytes / factor}${unit}`
  }
  return String(bytes)
}

export function writeTime(ms: Time | number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`
}

function refuse(input: string, kind: string, example: string): Error {
  return invalidEdge({
    what: `${JSON.stringify(input.slice(0, 100))} is not ${kind}.`,
    next: `Write it as ${example}.`,
  })
}
