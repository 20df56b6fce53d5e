/**
 * What tells a secret from a placeholder. Documentation and tests are full of the right form with the wrong content: `xxxx`, `1234567890`,
 * `your-key-here`.
 */

const words =
  /example|sample|your|placeholder|dummy|fake|changeme|change[-_]me|insert|replace|redacted|notreal|not[-_]real|secret[-_]?key|xxxx|\*\*\*|\.\.\.|<|>|\$\{|\{\{|%\(|test[-_]?(?:token|key)|deadbeef/i
const runs = /(.)\1{5,}|(?:0123456|1234567|2345678|abcdefg|bcdefgh|ABCDEFG|fedcba|654321|qwerty)/

/** True for text that nobody would type: no words that say so, no runs, no sequences, as varied as chance makes it. */
export function looksRandom(text: string): boolean {
  return !words.test(text) && !runs.test(text) && entropy(text) >= leastEntropy(text.length)
}

/** Bits a character: 4 at most for hex digits, 6 for base64. */
export function entropy(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let sum = 0
  for (const count of counts.values()) sum -= (count / text.length) * Math.log2(count / text.length)
  return sum
}

/** Short text cannot be as varied as long text; below these figures lies what people type. */
function leastEntropy(length: number): number {
  if (length < 12) return 2
  if (length < 24) return 2.7
  return length < 40 ? 3.1 : 3.3
}

/** A word, rather than a secret, in the place of a password. */
export function isPlaceholder(password: string): boolean {
  if (words.test(password) || runs.test(password)) return true
  return /^(?:pass(?:word|wd)?\d{0,4}|pwd|secret|user(?:name)?|postgres|mysql|root|admin|redis|mongo|guest|token|key|db|django|flask|test(?:ing)?\d{0,4}|[a-z]+_pass(?:word)?|[A-Z_]+|[a-z]{1,8})$/.test(
    password,
  )
}
