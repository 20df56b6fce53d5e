/** Text of Python string literals: prefixes, quotes and escapes as the language reference writes them (2.4.1). */

const opening = /^([A-Za-z]{0,3})("""|'''|"|')/

/** The text a literal stands for; null for bytes and for what is no plain literal. */
export function readLiteral(source: string): string | null {
  const [whole, prefix = '', quote] = opening.exec(source) ?? []
  if (whole === undefined || quote === undefined || /b/i.test(prefix)) return null
  const inner = source.slice(whole.length, source.endsWith(quote) ? -quote.length : undefined)
  return /r/i.test(prefix) ? inner : unescape(inner)
}

/** Where the text of an f-string starts and ends inside its literal. */
export function bodyOf(source: string): { readonly from: number; readonly to: number; readonly raw: boolean } {
  const [whole = '', prefix = '', quote = ''] = opening.exec(source) ?? []
  return { from: whole.length, to: source.length - quote.length, raw: /r/i.test(prefix) }
}

const simple: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\n': '',
}

/** Replaces escapes; an unknown one stays as it is, as Python keeps it. */
export function unescape(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(
    /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{1,3})|([^]))/g,
    (whole, x?: string, u?: string, long?: string, octal?: string, letter?: string) => {
      const hex = x ?? u ?? long
      if (hex !== undefined) return codePoint(Number.parseInt(hex, 16))
      if (octal !== undefined) return codePoint(Number.parseInt(octal, 8))
      return letter !== undefined && Object.hasOwn(simple, letter) ? (simple[letter] ?? whole) : whole
    },
  )
}

function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD'
}
