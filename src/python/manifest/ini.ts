/** An INI file as Python's configparser reads it: sections, keys in lower case, indented lines continue the value. */
export interface IniValue {
  readonly text: string
  /** 1-based, of the key. */
  readonly line: number
}

export type Ini = ReadonlyMap<string, ReadonlyMap<string, IniValue>>

/** Lines that fit no rule are passed over: a setup.cfg holds the settings of many tools. */
export function readIni(text: string): Ini {
  const sections = new Map<string, Map<string, IniValue>>()
  let section: Map<string, IniValue> | null = null
  let key: string | null = null
  // Lines passed over inside a value, so that each line of a value keeps its number.
  let skipped = 0
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (/^\s*(?:[#;]|$)/.test(line)) {
      skipped += 1
      continue
    }
    const header = /^\[([^\]]+)\]/.exec(line)?.[1]
    if (header !== undefined) {
      section = sections.get(header) ?? new Map<string, IniValue>()
      sections.set(header, section)
      key = null
      continue
    }
    const known: IniValue | undefined = key === null ? undefined : section?.get(key)
    if (/^\s/.test(line) && known !== undefined && key !== null) {
      section?.set(key, { ...known, text: known.text + '\n'.repeat(skipped + 1) + line.trim() })
      skipped = 0
      continue
    }
    const pair = /^([^=:\s][^=:]*)[=:](.*)$/.exec(line)
    if (pair === null || section === null) continue
    skipped = 0
    key = (pair[1] ?? '').trim().toLowerCase()
    section.set(key, { text: (pair[2] ?? '').trim(), line: index + 1 })
  }
  return sections
}

/** The lines of a list value, or its parts between commas where it is written on one line. */
export function listOf(value: IniValue | undefined): readonly { readonly text: string; readonly line: number }[] {
  if (value === undefined) return []
  return value.text
    .split('\n')
    .map((text, index) => ({ text: text.replace(/\s#.*$/, '').trim(), line: value.line + index }))
    .filter(({ text }) => text !== '')
}
