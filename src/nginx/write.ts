import { unwritableValue } from './errors.ts'
import { isComment, type Arg, type Directive, type Statement, type Template } from './directive.ts'

/** nginx reads tokens through one buffer of 4096 bytes (NGX_CONF_BUFFER); a longer one is "too long parameter". */
const longestWord = 4000

/** What needs no quotes anywhere in the language; `#` opens a comment, `~` and `*` are plain characters to the reader. */
const bare = /^[\w.,:/=@*+~^!|?%&[\]<>()-]+$/
const control = /[\u0000-\u001F\u007F]/

/** The tree as text. Errors: `unwritable-value` for a foreign value; a bad word of our own is a plain Error. */
export function write(statements: readonly Statement[]): string {
  return lines(statements, '').join('\n') + '\n'
}

/** One argument as nginx reads it back. */
export function writeArg(arg: Arg): string {
  if (typeof arg === 'string') return word(arg)
  if (arg.kind === 'text') return quoted(literal(arg.text))
  return arg.kind === 'pattern' ? quoted(arg.source) : writeTemplate(arg)
}

function lines(statements: readonly Statement[], indent: string): string[] {
  return statements.flatMap((statement, i) => {
    if (isComment(statement)) return commentLines(statement.comment, indent, i > 0)
    const head = indent + [statement.name, ...statement.args].map(writeArg).join(' ')
    if (statement.block === undefined) return [`${head};`]
    return [...gap(statement, statements[i - 1]), `${head} {`, ...lines(statement.block, `${indent}    `), `${indent}}`]
  })
}

/** A blank line before the blocks a reader looks for. */
function gap(statement: Directive, previous: Statement | undefined): string[] {
  const sought = typeof statement.name === 'string' && /^(?:server|location|http|events)$/.test(statement.name)
  return sought && previous !== undefined && !isComment(previous) ? [''] : []
}

function commentLines(comment: string, indent: string, spaced: boolean): string[] {
  if (control.test(comment)) throw new Error(`A comment holds a control character: ${JSON.stringify(comment)}`)
  return [...(spaced ? [''] : []), `${indent}# ${comment}`]
}

function word(text: string): string {
  if (!bare.test(text)) throw new Error(`Not a bare word of nginx: ${JSON.stringify(text)}`)
  return text
}

function writeTemplate({ parts }: Template): string {
  let source = ''
  for (const [i, part] of parts.entries()) {
    if (typeof part === 'string') source += literal(part)
    else source += needsBraces(parts[i + 1]) ? `\${${variableName(part.variable)}}` : `$${variableName(part.variable)}`
  }
  // A word with variables needs no quotes where the rest of it needs none.
  return bare.test(source.replaceAll(/\$\w+/g, 'v')) ? source : quoted(source)
}

function needsBraces(next: Template['parts'][number] | undefined): boolean {
  return typeof next === 'string' && /^\w/.test(next)
}

function variableName(name: string): string {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`Not a variable of nginx: ${JSON.stringify(name)}`)
  return name
}

function literal(text: string): string {
  if (text.includes('$')) {
    throw unwritableValue({
      what: `nginx would read the $ in ${JSON.stringify(text)} as a variable.`,
      next: 'Choose a value without $.',
    })
  }
  return text
}

/** In quotes nginx resolves `\\`, `\"`, `\'`, `\t`, `\r`, `\n` (ngx_conf_read_token) and keeps every other backslash. */
function quoted(text: string): string {
  if (control.test(text) || !text.isWellFormed()) {
    throw unwritableValue({
      what: `${JSON.stringify(text)} holds a control character.`,
      next: 'Take the control character out of the value.',
    })
  }
  if (Buffer.byteLength(text) > longestWord) {
    throw unwritableValue({
      what: `A value of ${Buffer.byteLength(text)} bytes is longer than nginx reads (${longestWord}).`,
      next: 'Shorten the value.',
    })
  }
  if (bare.test(text)) return text
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
