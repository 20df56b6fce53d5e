import { badWheel } from './errors.ts'
import { openZip } from './zip.ts'

const limits = { members: 200_000, total: 16 * 1024 ** 3, ratio: 200 }
const largest = 8 * 1024 ** 2

/** The METADATA of a wheel on this machine. @throws `bad-wheel` */
export async function readMetadata(path: string, file: string): Promise<string> {
  const zip = await openZip(path, limits).catch((error: unknown) => refuse(file, error))
  try {
    const member = zip.members.find(({ path }) => /^[^/]+\.dist-info\/METADATA$/.test(path))
    if (!member) throw refuse(file, new Error('it has no METADATA'))
    return (await zip.read(member, largest)).toString('utf8')
  } finally {
    await zip.close()
  }
}

function refuse(file: string, error: unknown): never {
  throw badWheel({
    what: `${file} cannot be read.`,
    why: error instanceof Error ? error.message : String(error),
    next: 'Take another version of the distribution.',
    cause: error,
  })
}
