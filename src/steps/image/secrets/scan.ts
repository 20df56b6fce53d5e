import type { Rule } from './rule.ts'
import { isPlaceholder, looksRandom } from './plausible.ts'
import { anyMark, rules } from './rules.ts'

export interface FoundSecret {
  readonly file: string
  readonly line: number
  /** `a GitHub token` */
  readonly what: string
  /** False in tests, documentation and examples, where what has the right form is rarely a real one. */
  readonly certain: boolean
}

/** Matches of one rule looked at in one file, and secrets of one kind told of one file. */
const mostMatches = 200
const mostTold = 3

/** Files that name package indexes. There, and only there, an address with a password in it is one that works. */
const indexFiles =
  /(?:^|\/)(?:[^/]*require[^/]*\.(?:txt|in)|constraints[^/]*\.txt|pyproject\.toml|Pipfile|uv\.toml|pip\.conf|[^/]+\.lock|pylock[^/]*\.toml)$|(?:^|\/)requirements\//i
const indexPassword: Rule = {
  what: 'the password of a package index',
  marks: ['://'],
  pattern: /\bhttps?:\/\/[^\s/:@"'$<>{}]{0,100}:((?!\*)[^\s/:@"'$<>{}]{3,200})@/g,
  isReal: secret => !isPlaceholder(secret),
}

/** Where people keep what only looks real. */
const samples =
  /(?:^|\/)(?:[^/]*[-_]tests?|tests?(?:[-_][^/]*)?|unittests?|testing|testdata|fixtures?|__tests__|specs?|molecule|docs?|documentation|examples?|samples?|mocks?|cassettes|e2e|locales?|i18n)\/|(?:^|\/)(?:test_[^/]*|[^/]*_tests?|tests?|conftest)\.py$|\.(?:test|spec)\.[jt]sx?$|\.(?:md|mdx|rst|po)$|(?:^|\/)[^/]*(?:example|sample|template|[-_.]tests?[-_.])[^/]*$|(?:^|\/)test[-_][^/]*$/i

/** Secrets in a text, by line. The secret itself is never part of the result. */
export function scanText(file: string, text: string): FoundSecret[] {
  const isSample = samples.test(file)
  const tried = anyMark.test(text) ? rules : []
  return [...tried, ...(indexFiles.test(file) ? [indexPassword] : [])]
    .filter(({ marks }) => marks.some(mark => text.includes(mark)))
    .flatMap(rule =>
      findAll(rule, text).map(index => ({
        file,
        line: lineAt(text, index),
        what: rule.what,
        certain: !isSample || rule.proves === true,
      })),
    )
}

/** Where the real ones begin. */
function findAll({ pattern, isReal = looksRandom }: Rule, text: string): number[] {
  const found: number[] = []
  let seen = 0
  for (const match of text.matchAll(pattern)) {
    seen += 1
    if (seen > mostMatches || found.length === mostTold) break
    if (isReal(match[1] ?? match[0], match)) found.push(match.index)
  }
  return found
}

function lineAt(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line += 1
  return line
}
