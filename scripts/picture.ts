import { writeFileSync } from 'node:fs'
import { text as readAll } from 'node:stream/consumers'

/**
 * Draws a terminal's screen as an SVG: `tmux capture-pane -e -p | node scripts/picture.ts docs/wherry-up.svg`. What the README shows is
 * what a terminal showed.
 */

const colours: Readonly<Record<number, string>> = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 36: '#79c0ff' }
const cell = { width: 8.4, height: 19 }
const padding = { x: 20, y: 48 }

interface Look {
  readonly bold: boolean
  readonly dim: boolean
  readonly colour: number | null
}

const plain: Look = { bold: false, dim: false, colour: null }

const [file] = process.argv.slice(2)
if (!file) throw new Error('usage: node scripts/picture.ts FILE < screen')
const lines = (await readAll(process.stdin)).replace(/\s+$/, '').split('\n')
writeFileSync(file, draw(lines))

function draw(screen: readonly string[]): string {
  const columns = Math.max(...screen.map(line => spans(line).reduce((sum, { text }) => sum + text.length, 0)), 80)
  const width = Math.ceil(columns * cell.width + 2 * padding.x)
  const height = Math.ceil(screen.length * cell.height + padding.y + padding.x)
  const rows = screen.map((line, i) => {
    let column = 0
    const parts = spans(line).map(({ text, look }) => {
      const x = padding.x + column * cell.width
      column += text.length
      return text.trim() === '' ? '' : `<tspan x="${x.toFixed(1)}"${style(look)}>${escape(text)}</tspan>`
    })
    return `<text y="${padding.y + i * cell.height}" xml:space="preserve">${parts.join('')}</text>`
  })
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (fill, i) => `<circle cx="${20 + i * 18}" cy="18" r="5.5" fill="${fill}"/>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="a terminal">
<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>
${dots.join('')}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#e6edf3">
${rows.join('\n')}
</g>
</svg>
`
}

function spans(line: string): { text: string; look: Look }[] {
  const found: { text: string; look: Look }[] = []
  let look = plain
  for (const part of line.split(/(\u001B\[[0-9;]*m)/)) {
    const codes = /^\u001B\[([0-9;]*)m$/.exec(part)?.[1]
    if (codes !== undefined) look = codes.split(';').reduce((before, code) => apply(before, Number(code)), look)
    else if (part !== '') found.push({ text: part, look })
  }
  return found
}

function apply(look: Look, code: number): Look {
  if (code === 0) return plain
  if (code === 1) return { ...look, bold: true }
  if (code === 2) return { ...look, dim: true }
  if (code === 22) return { ...look, bold: false, dim: false }
  if (code === 39) return { ...look, colour: null }
  return code in colours ? { ...look, colour: code } : look
}

function style({ bold, dim, colour }: Look): string {
  const fill = colour === null ? '' : ` fill="${colours[colour]}"`
  return `${fill}${bold ? ' font-weight="700"' : ''}${dim ? ' fill-opacity="0.6"' : ''}`
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
