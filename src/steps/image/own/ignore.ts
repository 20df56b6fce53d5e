/**
 * What a .dockerignore leaves out (docs.docker.com/build/concepts/context, ".dockerignore files"): patterns of Go's filepath.Match from the
 * topmost directory on, with `**` for any number of directories; the last one that matches a path or a directory above it decides.
 */
export function makeIgnore(text: string): (path: string) => boolean {
  const rules = text.split(/\r?\n/).flatMap(line => ruleOf(line.trim()))
  return path => rules.reduce((out, { pattern, not }) => (matches(pattern, path) ? !not : out), false)
}

interface Rule {
  readonly pattern: readonly (Part | 'any depth')[]
  readonly not: boolean
}

/** A name as a pattern: what each character may be, and stars. */
type Part = readonly (((character: string) => boolean) | 'any length')[]

function ruleOf(line: string): Rule[] {
  if (line === '' || line.startsWith('#')) return []
  const not = line.startsWith('!')
  const parts = (not ? line.slice(1).trim() : line).split('/').filter(part => part !== '' && part !== '.')
  if (parts.length === 0) return []
  return [{ not, pattern: parts.map(part => (part === '**' ? 'any depth' : partOf(part))) }]
}

function partOf(part: string): Part {
  return [...part.matchAll(/\\(.)|(\*+)|(\?)|\[(\^?)([^\]]+)\]|([^])/gu)].map(found => {
    const [, escaped, star, one, not, among, plain] = found
    if (star !== undefined) return 'any length'
    if (one !== undefined) return () => true
    if (among !== undefined) return character => inClass(among, character) !== (not === '^')
    return character => character === (escaped ?? plain)
  })
}

/** `a-z_`: ranges and characters. */
function inClass(among: string, character: string): boolean {
  return [...among.matchAll(/\\?([^])-\\?([^])|\\?([^])/gu)].some(([, from, to, one]) =>
    one === undefined ? character >= (from ?? '') && character <= (to ?? '') : character === one,
  )
}

/** Whether the pattern names the path, or a directory that it lies in. */
function matches(pattern: Rule['pattern'], path: string): boolean {
  return walk(pattern, path.split('/'), 'any depth', (part, name) => isWhole(part, name), 'any prefix')
}

function isWhole(part: Part, name: string): boolean {
  return walk(part, Array.from(name), 'any length', (test, character) => test(character), 'the whole')
}

/** All places of the pattern that can be reached are kept at once, so that no pattern and no name take longer than their lengths multiplied. */
function walk<T>(
  pattern: readonly (T | string)[],
  items: readonly string[],
  star: string,
  fits: (one: T, item: string) => boolean,
  until: 'any prefix' | 'the whole',
): boolean {
  const withStars = (places: Set<number>): Set<number> => {
    for (const at of places) if (pattern[at] === star) places.add(at + 1)
    return places
  }
  let places = withStars(new Set([0]))
  for (const item of items) {
    const next = new Set<number>()
    for (const at of places) {
      const one = pattern[at]
      if (one === star) next.add(at)
      else if (one !== undefined && fits(one as T, item)) next.add(at + 1)
    }
    places = withStars(next)
    if (until === 'any prefix' && places.has(pattern.length)) return true
  }
  return places.has(pattern.length)
}
