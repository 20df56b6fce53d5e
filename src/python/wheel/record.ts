/** RECORD: which files a distribution installed, each with its hash ("Recording installed projects", packaging.python.org). */
export interface RecordRow {
  readonly path: string
  /** Null for what cannot or need not be hashed: RECORD itself, bytecode. */
  readonly hash: { readonly algorithm: string; readonly digest: Buffer } | null
  /** Bytes; null when not stated. */
  readonly size: number | null
}

/** Reads RECORD, a CSV file in Python's default dialect. Rows of fewer columns are padded, blank lines ignored. @throws SyntaxError */
export function parseRecord(text: string): RecordRow[] {
  return parseCsv(text)
    .filter(row => row[0] !== undefined && row[0] !== '')
    .map(([path = '', hash = '', size = '']) => ({
      path,
      hash: parseHash(hash),
      size: /^\d{1,15}$/.test(size) ? Number(size) : null,
    }))
}

/** Writes RECORD sorted by path, so that the same files give the same bytes. */
export function formatRecord(rows: readonly RecordRow[]): string {
  return [...rows]
    .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
    .map(({ path, hash, size }) => {
      const digest = hash ? `${hash.algorithm}=${hash.digest.toString('base64url')}` : ''
      return `${quote(path)},${digest},${size ?? ''}\n`
    })
    .join('')
}

function parseHash(text: string): RecordRow['hash'] {
  const [algorithm, digest] = text.split('=', 2)
  return algorithm && digest ? { algorithm: algorithm.toLowerCase(), digest: Buffer.from(digest, 'base64url') } : null
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

/** One pass, no backtracking: fields are split at commas, `""` within quotes is one quote. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  for (let at = 0; at < text.length;) {
    const row: string[] = []
    for (;;) {
      const [field, end] = text[at] === '"' ? quoted(text, at + 1) : plain(text, at)
      row.push(field)
      at = end + 1
      if (text[end] !== ',') break
    }
    if (text[at - 1] === '\r' && text[at] === '\n') at += 1
    rows.push(row)
  }
  return rows
}

function plain(text: string, start: number): [string, number] {
  let end = start
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') end += 1
  return [text.slice(start, end), end]
}

function quoted(text: string, start: number): [string, number] {
  let field = ''
  for (let at = start; ;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) throw new SyntaxError('a quote is not closed')
    field += text.slice(at, quote)
    if (text[quote + 1] !== '"') {
      const [rest, end] = plain(text, quote + 1)
      return [field + rest, end]
    }
    field += '"'
    at = quote + 2
  }
}
