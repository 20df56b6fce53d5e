import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable, type Readable } from 'node:stream'
import { badArgument, cancelledInput } from './errors.ts'

/** Values come in by a prompt that does not show them, by standard input, or by a file: never by an argument. */

/** Bytes; more than any value, and any .env, has. */
const largest = 1024 ** 2

/** A value: asked for in a terminal, else all of standard input without its last newline. */
export async function readSecret(name: string): Promise<string> {
  if (process.stdin.isTTY) return askHidden(`${name}: `)
  return (await readAll(process.stdin)).replace(/\r?\n$/, '')
}

/** The text of a file, of a pipe by its name, or of standard input for `-`. Throws `bad-argument`. */
export async function readInput(file: string): Promise<string> {
  if (file === '-') return readAll(process.stdin)
  return readAll(createReadStream(file)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === undefined) throw error
    throw badArgument({ what: `${file} cannot be read.`, why: error.message, next: 'wherry secrets import .env' })
  })
}

async function readAll(stream: Readable): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of stream as AsyncIterable<Buffer>) {
    size += part.length
    if (size > largest)
      throw badArgument({
        what: `The input is larger than ${largest} bytes.`,
        next: 'Give the value, or the .env file, alone.',
      })
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** One line, typed or pasted, that the terminal does not show. Throws `cancelled-input` on Ctrl-C and Ctrl-D. */
async function askHidden(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 })
  // From here on the terminal shows nothing by itself: whoever is asked earlier may type earlier.
  process.stderr.write(question)
  try {
    return await new Promise((resolve, reject) => {
      const cancel = (): void =>
        reject(cancelledInput({ what: 'No value was given.', next: 'Nothing was changed. Run the command again.' }))
      lines.once('line', resolve).once('SIGINT', cancel).once('close', cancel)
    })
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}
