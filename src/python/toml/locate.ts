/**
 * The line of a key in a TOML text (1-based), or null. The parser gives no positions, so the text is searched: in the table's own
 * block for the key, then for the quoted text of one of its items. Good for evidence, never for meaning.
 */
export function locate(text: string, table: readonly string[], key: string, item?: string): number | null {
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    const header = readHeader(line)
    if (header === null || !sameKeys(header, table)) continue
    const found = locateKey(lines, index + 1, key, item)
    if (found !== null) return found
  }
  return table.length === 0 ? locateKey(lines, 0, key, item) : null
}

function locateKey(lines: readonly string[], from: number, key: string, item: string | undefined): number | null {
  for (let index = from; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    if (readHeader(line) !== null) return null
    if (readKey(line) !== key) continue
    return item === undefined ? index + 1 : (locateItem(lines, index, item) ?? index + 1)
  }
  return null
}

function locateItem(lines: readonly string[], from: number, item: string): number | null {
  const end = Math.min(lines.length, from + 5000)
  for (let index = from; index < end; index += 1) {
    const line = lines[index] ?? ''
    if (index > from && readHeader(line) !== null) return null
    if (line.includes(`"${item}"`) || line.includes(`'${item}'`) || line.includes(JSON.stringify(item)))
      return index + 1
  }
  return null
}

/** `[tool.poetry]` or `[[package]]` as its keys; null for any other line. An array's items are no headers. */
function readHeader(line: string): string[] | null {
  const match = /^\s*\[\[?\s*([A-Za-z0-9_."' -]+?)\s*\]\]?\s*(?:#.*)?$/.exec(line.slice(0, 300))
  const inner = match?.[1]
  if (inner === undefined || /^["']/.test(inner)) return null
  return inner.split('.').map(part => part.trim().replace(/^["']|["']$/g, ''))
}

function readKey(line: string): string | null {
  return /^\s*["']?([A-Za-z0-9_.-]+)["']?\s*=/.exec(line.slice(0, 300))?.[1] ?? null
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i])
}
