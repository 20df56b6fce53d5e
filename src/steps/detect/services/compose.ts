/** The services of a compose file, as far as its usual block form goes: what is written otherwise is passed over, never guessed. */
export interface ComposeService {
  readonly name: string
  readonly image: { readonly text: string; readonly line: number } | null
  readonly environment: readonly { readonly name: string; readonly text: string; readonly line: number }[]
}

interface Line {
  readonly indent: number
  readonly text: string
  readonly line: number
}

/** https://docs.docker.com/reference/compose-file/services/ */
export function readCompose(source: readonly string[]): ComposeService[] {
  const lines = source.flatMap((raw, i): Line[] => {
    const text = raw.trim()
    return text === '' || text.startsWith('#')
      ? []
      : [{ indent: raw.length - raw.trimStart().length, text, line: i + 1 }]
  })
  const top = lines.findIndex(({ indent, text }) => indent === 0 && /^services\s*:\s*(?:#.*)?$/.test(text))
  return top < 0 ? [] : blocksOf(below(lines, top)).map(({ name, inside }) => serviceOf(name, inside))
}

/** The lines below one that are indented deeper. */
function below(lines: readonly Line[], at: number): Line[] {
  const rest = lines.slice(at + 1)
  const end = rest.findIndex(({ indent, text }) => indent <= (lines[at]?.indent ?? 0) && !text.startsWith('- '))
  return end < 0 ? rest : rest.slice(0, end)
}

function blocksOf(lines: readonly Line[]): { name: string; inside: Line[] }[] {
  const indent = lines[0]?.indent ?? 0
  return lines.flatMap((line, i) => {
    const name = line.indent === indent ? /^["']?([\w.-]+)["']?\s*:/.exec(line.text)?.[1] : undefined
    return name === undefined ? [] : [{ name, inside: below(lines, i) }]
  })
}

function serviceOf(name: string, lines: readonly Line[]): ComposeService {
  const indent = lines[0]?.indent ?? 0
  let image: ComposeService['image'] = null
  let environment: ComposeService['environment'] = []
  for (const [i, { indent: own, text, line }] of lines.entries()) {
    if (own !== indent) continue
    const [, key = '', value = ''] = /^([\w-]+)\s*:\s*(.*)$/.exec(text) ?? []
    if (key === 'image') image = { text: unquoted(value), line }
    if (key === 'environment') environment = below(lines, i).flatMap(variableOf)
  }
  return { name, image, environment }
}

function variableOf({ text, line }: Line): { name: string; text: string; line: number }[] {
  const [, name = '', value = ''] =
    /^-\s*["']?([A-Za-z_]\w*)=(.*?)["']?$/.exec(text) ?? /^([A-Za-z_]\w*)\s*:\s*(.*)$/.exec(text) ?? []
  return name === '' ? [] : [{ name, text: unquoted(value), line }]
}

/** A default inside `${NAME:-default}` is what holds where nobody says otherwise. */
function unquoted(text: string): string {
  const plain = /^(["'])(.*?)\1/.exec(text)?.[2] ?? text.replace(/\s+#.*$/, '')
  return plain.replaceAll(/\$\{\w+:?-([^}]*)\}/g, '$1')
}
