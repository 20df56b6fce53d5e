/** Reads JSON of an image strictly: two readers that see two things in one document are an attack (CVE-2021-41190). */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Throws an Error that says what is wrong: not UTF-8, not JSON (a byte order mark included), or a key given twice. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = utf8.decode(bytes)
  const value: unknown = JSON.parse(text)
  if (countKeys(value) !== countWritten(text)) throw new Error('a key is given twice')
  return value
}

/** Every key of every object, without recursion: a document may be nested a million deep. */
function countKeys(value: unknown): number {
  const waiting = [value]
  let count = 0
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (typeof next !== 'object' || next === null) continue
    if (!Array.isArray(next)) count += Object.keys(next).length
    for (const inner of Object.values(next)) waiting.push(inner)
  }
  return count
}

/** Strings that are followed by a colon, in a text known to be JSON: its keys as written. */
function countWritten(text: string): number {
  let count = 0
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    for (at += 1; text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1
    at += 1
    while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at += 1
    if (text[at] === ':') count += 1
  }
  return count
}
