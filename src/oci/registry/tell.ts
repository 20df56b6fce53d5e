import { size as sized } from '../../kit/text.ts'
import type { Report, Step } from '../../model/event.ts'
import type { Movement, Watch } from './transfer.ts'

export interface Telling {
  readonly report: Report
  readonly step: Step
  /** What happens to a layer: `sending`. */
  readonly verb: string
  /** What a layer holds, and its bytes, by digest; one that is not known is not told of. */
  readonly layers: ReadonlyMap<string, { readonly what: string; readonly size: number }>
}

/** Milliseconds between two words on the same layer. */
const pause = 100

/** Tells of layers as they travel, each its own line; of those that need not travel nothing: they are the rule. */
export function tellMovements({ report, step, verb, layers }: Telling): Watch {
  const begun = new Map<string, number>()
  return ({ digest, state, bytes }: Movement) => {
    const layer = layers.get(digest)
    if (layer === undefined) return
    const task = `${verb} ${digest}`
    const told = begun.get(digest)
    const now = performance.now()
    if (state === 'moving' && told === undefined) report({ step, level: 'start', task, text: `${verb} ${layer.what}` })
    if (state === 'moving' && (told === undefined || now - told > pause)) {
      begun.set(digest, now)
      const text = `${verb} ${layer.what}: ${sized(Math.min(bytes, layer.size))} of ${sized(layer.size)}`
      report({ step, level: 'progress', task, text })
    }
    if (state === 'done' && told !== undefined)
      report({ step, level: 'done', task, text: `${layer.what}: ${sized(layer.size)}` })
  }
}
