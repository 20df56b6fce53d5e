/** The value of a JSON text that somebody else wrote, to be judged by a schema; null for what is no JSON. */
export function readJson(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'))
  } catch {
    return null
  }
}
