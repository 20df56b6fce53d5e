import { createHash } from 'node:crypto'

/** Digests as image-spec's descriptor.md writes them; only sha256, the one every engine and registry takes. */

const grammar = /^sha256:[0-9a-f]{64}$/

export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && grammar.test(text)
}

/** The 64 hex digits: the only part of a digest that becomes a file name, so anything else is refused here. */
export function hexOf(digest: string): string {
  if (!grammar.test(digest)) throw new Error(`not a digest: ${digest.slice(0, 100)}`)
  return digest.slice('sha256:'.length)
}

/** What identifies a stack of layers (image-spec config.md, "Layer ChainID"); that of one layer is its diffId. */
export function chainIdOf(diffIds: readonly string[]): string {
  return diffIds.reduce((chain, diffId) => digestOf(`${chain} ${diffId}`))
}
