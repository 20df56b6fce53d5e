import { get, HttpStatusError } from '../../../../kit/http.ts'
import type { Distribution } from '../../../../model/lock.ts'
import type { Authorize } from '../../../../python/index/credentials.ts'
import { readMetadata } from '../../../../python/wheel/metadata.ts'
import { signalOf, type Tools } from '../../tools.ts'
import type { GateFile } from './address.ts'
import type { GateOptions } from './gate.ts'

export interface ReaderOptions {
  readonly authorize: Authorize
  /** Brings a file, wherever it lies; gives its path on this machine. */
  fetch(file: Distribution): Promise<string>
  sourceMetadata(sdist: Distribution): Promise<string>
}

/** Bytes. The longest seen have 300 kB. */
const largest = 8 * 1024 ** 2

/** Where the gate's metadata comes from: what lies beside a wheel, else the wheel itself, which will be wanted in most cases. */
export function metadataReader(
  { authorize, ...reader }: ReaderOptions,
  tools: Tools,
): Pick<GateOptions, 'wheelMetadata' | 'besideMetadata' | 'sourceMetadata'> {
  const wheelMetadata = async (file: GateFile): Promise<string> => readMetadata(await reader.fetch(file), file.file)
  return {
    sourceMetadata: file => reader.sourceMetadata(file),
    wheelMetadata,
    async besideMetadata(file) {
      const authorization = authorize(file.url)?.reveal()
      const headers = authorization === undefined ? {} : { authorization }
      try {
        const { body } = await get(`${file.url}.metadata`, { headers, limit: largest, ...signalOf(tools) })
        return Buffer.from(body).toString('utf8')
      } catch (error) {
        // Some indexes promise metadata that they do not have.
        if (error instanceof HttpStatusError) return wheelMetadata(file)
        throw error
      }
    },
  }
}
