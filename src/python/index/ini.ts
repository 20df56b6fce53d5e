/**
 * The part of configparser's format that pip's configuration uses: sections, `key = value` or `key: value`, comments on lines of
 * their own, values continued on indented lines. Names of sections and keys are lower-cased.
 */
export function parseIni(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>()
  let section: Map<string, string> | undefined
  let key = ''
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    const line = raw.trim()
    if (line.startsWith('#') || line.startsWith(';')) continue
    if (line === '') {
      key = ''
    } else if (line.startsWith('[') && line.endsWith(']')) {
      const name = line.slice(1, -1).trim().toLowerCase()
      section = sections.get(name) ?? new Map()
      sections.set(name, section)
      key = ''
    } else if (/^\s/.test(raw) && key !== '') {
      section?.set(key, `${section.get(key) ?? ''}\n${line}`.trim())
    } else {
      const split = line.search(/[=:]/)
      if (split < 1) continue
      key = line.slice(0, split).trim().toLowerCase()
      section?.set(key, line.slice(split + 1).trim())
    }
  }
  return sections
}
