import { Buffer } from 'node:buffer'
import { z } from 'zod'
import { damagedImage } from './errors.ts'
import { parseJson } from './parse-json.ts'

/** image-spec asks registries for 4 MiB; no document of an image is larger. */
export const largestDocument = 4 * 1024 ** 2

/** Parses a document of an image. Throws `damaged-image`; `name` says which document. */
export function readDocument<T>(bytes: Uint8Array, name: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(parseJson(bytes))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).slice(0, 500) : String(error).slice(0, 500)
    throw damagedImage({
      what: `The ${name} of the image cannot be read.`,
      why,
      next: 'Fetch or build the image again.',
      cause: error,
    })
  }
}

/** All of a small blob. */
export async function gatherDocument(chunks: AsyncIterable<Uint8Array>, name: string): Promise<Uint8Array> {
  const held: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > largestDocument)
      throw damagedImage({
        what: `The ${name} of the image cannot be read.`,
        why: `it has more than ${largestDocument} bytes`,
        next: 'Do not use this image.',
      })
    held.push(chunk)
  }
  return Buffer.concat(held, size)
}
