/** The lines of a byte stream, without their newlines. A line longer than 16 MiB is refused: no index has one. */
export async function* readLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop()!
    if (rest.length > 16 * 1024 ** 2) throw new Error('a line of more than 16 MiB')
    yield* lines
  }
  if (rest !== '') yield rest
}
