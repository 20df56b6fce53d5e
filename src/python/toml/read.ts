import { parse, TomlError } from 'smol-toml'
import { invalidToml } from './errors.ts'

export type Table = Readonly<Record<string, unknown>>

/** Deep enough for any manifest; a crafted file nests until the stack ends. */
const deepest = 100

/** The text of a TOML file as plain values. @throws `invalid-toml` with file and line. */
export function readToml(text: string, file: string): Table {
  try {
    return parse(text.replace(/^\uFEFF/, ''), { maxDepth: deepest, integersAsBigInt: 'asNeeded' })
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const reason = (error.message.split('\n', 1)[0] ?? '').replace(/^Invalid TOML document: /, '')
    throw invalidToml({
      what: `${file} is no valid TOML: line ${error.line}, ${reason}.`,
      next: `Correct line ${error.line} of ${file}.`,
      evidence: [{ file, line: error.line, text: (text.split('\n')[error.line - 1] ?? '').trim().slice(0, 200) }],
    })
  }
}
