/**
 * Orders two Debian versions: negative when `a` is older, positive when newer, 0 when they are the same version (Debian Policy
 * 5.6.12: `[epoch:]upstream[-revision]`, `~` before everything, even the end).
 */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [split(a), split(b)]
  return x.epoch - y.epoch || comparePart(x.upstream, y.upstream) || comparePart(x.revision, y.revision)
}

function split(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(':')
  const epoch = colon > 0 ? Number(version.slice(0, colon)) : 0
  const rest = version.slice(colon + 1)
  const dash = rest.lastIndexOf('-')
  // An absent revision equals `0`: the comparison of an empty part with `0` gives that by itself.
  if (dash < 0) return { epoch, upstream: rest, revision: '' }
  return { epoch, upstream: rest.slice(0, dash), revision: rest.slice(dash + 1) }
}

/** Alternates between a part without digits, compared by `weight`, and a number, compared as one. */
function comparePart(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const order = weight(a, i) - weight(b, j)
      if (order !== 0) return order
      i += 1
      j += 1
    }
    const [n, m] = [digitsEnd(a, i), digitsEnd(b, j)]
    const order = compareNumbers(a.slice(i, n), b.slice(j, m))
    if (order !== 0) return order
    i = n
    j = m
  }
  return 0
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

/** `~` sorts before the end (and a digit, which ends the part), that before letters, letters before all other characters. */
function weight(text: string, at: number): number {
  if (at >= text.length || isDigit(text, at)) return 0
  const code = text.charCodeAt(at)
  if (text[at] === '~') return -1
  const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
  return letter ? code : code + 256
}

function digitsEnd(text: string, from: number): number {
  let end = from
  while (end < text.length && isDigit(text, end)) end += 1
  return end
}

/** By length, then digit by digit: a date with a serial may exceed what a float counts exactly. */
function compareNumbers(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
  if (x.length !== y.length) return x.length - y.length
  if (x === y) return 0
  return x < y ? -1 : 1
}
