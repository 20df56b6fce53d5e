/** A paragraph of a Debian control file (deb822(5)): field names in lower case, folded lines joined by newlines. */
export type Stanza = ReadonlyMap<string, string>

/** The paragraphs of a control file, in order. Lines that are no field are passed over, as apt does. */
export function parseStanzas(text: string): Stanza[] {
  const stanzas: Map<string, string>[] = []
  let current: Map<string, string> | null = null
  let field = ''
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    if (line.trim() === '') {
      current = null
      continue
    }
    if (current === null) stanzas.push((current = new Map()))
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (current.has(field)) current.set(field, `${current.get(field)}\n${line.slice(1)}`)
      continue
    }
    const colon = line.indexOf(':')
    if (colon < 1) continue
    field = line.slice(0, colon).toLowerCase()
    current.set(field, line.slice(colon + 1).trim())
  }
  return stanzas
}

/** The words of a field, wherever its lines break. */
export function wordsOf(value: string | undefined): string[] {
  return (value ?? '').split(/\s+/).filter(word => word !== '')
}
