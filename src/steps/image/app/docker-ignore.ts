/**
 * .dockerignore as Docker reads it (docs.docker.com, "Dockerignore files"; moby/patternmatcher): patterns of Go's filepath.Match from the
 * root on, `**` for any number of directories, `!` to take one in again, the last that matches decides, and what is below an
 * excluded directory is excluded until a later pattern takes it in. Not the syntax of .gitignore: `*.pyc` is about the root alone.
 */
export function readDockerIgnore(text: string): (file: string) => boolean {
  const rules = text
    .split(/\r?\n/)
    .slice(0, 2000)
    .flatMap(line => ruleOf(line))
  return file => {
    const parts = file.split('/')
    let excluded = false
    for (const { segments, takesIn } of rules)
      if (excluded === takesIn && matchesAny(segments, parts)) excluded = !takesIn
    return excluded
  }
}

interface Rule {
  readonly segments: readonly string[]
  readonly takesIn: boolean
}

function ruleOf(line: string): Rule[] {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return []
  const takesIn = text.startsWith('!')
  const segments = (takesIn ? text.slice(1).trim() : text).split('/').filter(part => part !== '' && part !== '.')
  // Docker cleans `a/../b`; what climbs above the root matches nothing.
  const clean: string[] = []
  for (const part of segments) {
    if (part !== '..') clean.push(part)
    else if (clean.pop() === undefined) return []
  }
  return clean.length === 0 ? [] : [{ segments: clean, takesIn }]
}

/** The path itself or a directory above it. Each pair of places is looked at once, so that no pattern takes long. */
function matchesAny(segments: readonly string[], parts: readonly string[]): boolean {
  let reached = new Set([0])
  for (const segment of segments) {
    const next = new Set<number>()
    for (const at of reached) {
      if (segment === '**') for (let i = at; i <= parts.length; i += 1) next.add(i)
      else if (at < parts.length && matchesPart(segment, parts[at] ?? '')) next.add(at + 1)
    }
    reached = next
  }
  // A pattern that ends at a directory takes what is below with it; one that matched nothing yet is none.
  return [...reached].some(at => at > 0)
}

/** One name: `*`, `?`, `[a-z]`, `[^a]` and `\` before any of them. */
function matchesPart(pattern: string, name: string): boolean {
  let [p, n, star, from] = [0, 0, -1, 0]
  while (n < name.length) {
    const one = p < pattern.length ? oneAt(pattern, p) : null
    if (pattern[p] === '*') [star, from, p] = [p, n, p + 1]
    else if (one?.test(name[n] ?? '')) [p, n] = [one.next, n + 1]
    else if (star >= 0) [p, from, n] = [star + 1, from + 1, from + 1]
    else return false
  }
  while (pattern[p] === '*') p += 1
  return p >= pattern.length
}

interface One {
  readonly test: (c: string) => boolean
  readonly next: number
}

function oneAt(pattern: string, at: number): One {
  const c = pattern[at] ?? ''
  if (c === '?') return { test: () => true, next: at + 1 }
  if (c === '\\' && at + 1 < pattern.length) return { test: one => one === pattern[at + 1], next: at + 2 }
  const end = c === '[' ? pattern.indexOf(']', at + 2) : -1
  if (end < 0) return { test: one => one === c, next: at + 1 }
  const negated = pattern[at + 1] === '^'
  const inside = pattern.slice(at + (negated ? 2 : 1), end)
  return { test: one => isIn(inside, one) !== negated, next: end + 1 }
}

function isIn(set: string, c: string): boolean {
  for (let i = 0; i < set.length; i += 1) {
    const first = set[i] ?? ''
    if (set[i + 1] === '-' && i + 2 < set.length) {
      if (c >= first && c <= (set[i + 2] ?? '')) return true
      i += 2
    } else if (c === first) return true
  }
  return false
}
