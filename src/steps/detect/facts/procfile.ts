import type { Checkout } from '../../../kit/checkout/index.ts'
import { optionalText } from '../../../kit/checkout/optional-text.ts'
import { joinPath } from '../../../python/source/resolve.ts'

/** One line of a Procfile. https://devcenter.heroku.com/articles/procfile */
export interface ProcfileLine {
  readonly name: string
  readonly text: string
  /** argv, when the line is one plain command; null when it needs a shell. */
  readonly argv: readonly string[] | null
  readonly file: string
  readonly line: number
}

export function readProcfile(checkout: Checkout, root: string): ProcfileLine[] {
  const file = joinPath(root, 'Procfile')
  const text = optionalText(checkout, file)
  if (text === null) return []
  return text.split('\n').flatMap((raw, i) => {
    const match = /^\s*([A-Za-z0-9_-]+)\s*:\s*(\S.*)$/.exec(raw)
    if (!match) return []
    const [, name = '', command = ''] = match
    return [{ name, text: command.trim(), argv: splitCommand(command.trim()), file, line: i + 1 }]
  })
}

/**
 * Words of one command, quotes and backslashes as in sh; null for what only a shell can do (pipes, lists, redirections, globs,
 * substitutions). `$NAME` stays: the launcher replaces it from the environment, unsplit. Leading `exec` means nothing here.
 */
export function splitCommand(text: string): string[] | null {
  const words: string[] = []
  let word: string | null = null
  let quote: string | null = null
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charAt(i)
    if (quote === "'") {
      if (c === "'") quote = null
      else word = (word ?? '') + c
    } else if (c === '\\' && i + 1 < text.length) {
      i += 1
      word = (word ?? '') + text.charAt(i)
    } else if (c === '"' || c === "'") {
      quote = quote === c ? null : (quote ?? c)
      word ??= ''
    } else if (c === '`' || (c === '$' && text.charAt(i + 1) === '(')) return null
    else if (quote === null && /[|&;<>()*?~]/.test(c)) return null
    else if (quote === null && /\s/.test(c)) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + c
  }
  if (quote !== null) return null
  if (word !== null) words.push(word)
  const command = words[0] === 'exec' ? words.slice(1) : words
  // A leading assignment is a shell's, and a word too long for it is no command.
  return command.length === 0 || /^\w+=/.test(command[0] ?? '') ? null : command
}
