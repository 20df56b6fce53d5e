/** What a registry asks for in WWW-Authenticate (RFC 9110 §11.6.1; distribution's token specification for Bearer). */
export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string
  readonly parameters: ReadonlyMap<string, string>
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+/

/** All challenges of a header, in order. What is not understood ends the list: nothing is guessed. */
export function parseChallenges(header: string): readonly Challenge[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = []
  let rest = header.slice(0, 8192)
  for (;;) {
    rest = rest.replace(/^[\s,]+/, '')
    const word = token.exec(rest)?.[0]
    if (word === undefined) return found
    const after = rest.slice(word.length)
    const value = /^[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/.exec(after)
    const current = found.at(-1)
    if (value && current) {
      // Once given, a parameter stays: a second realm is somebody else's.
      const name = word.toLowerCase()
      if (!current.parameters.has(name))
        current.parameters.set(name, value[1]?.replace(/\\(.)/g, '$1') ?? value[2] ?? '')
      rest = after.slice(value[0].length)
    } else if (!value && !/^[ \t]*=/.test(after)) {
      found.push({ scheme: word.toLowerCase(), parameters: new Map() })
      rest = after
    } else return found
  }
}
