import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { decompress } from '../kit/decompress.ts'
import { readTar } from '../kit/tar-read.ts'

/** Bytes that may come out of one archive; Node.js has 200 MB. */
const largest = 1024 ** 3

/**
 * Lays the files of a package's archive out below `target`, without their common first directory. Links, devices and paths that leave
 * are passed over: npm packs none (npm docs: `npm pack`). `only` chooses by the path in the package.
 */
export async function unpackPackage(
  archive: string,
  target: string,
  only: (path: string) => boolean = () => true,
): Promise<void> {
  const source = decompress(createReadStream(archive), 'gzip', largest)
  for await (const member of readTar(source, { bytes: largest, members: 200_000 })) {
    const parts = member.path.split('/').slice(1)
    const path = parts.join('/')
    const isSafe = parts.length > 0 && parts.every(part => part !== '' && part !== '.' && part !== '..')
    if (member.type !== 'file' || !isSafe || path.includes('\0') || !only(path)) continue
    const file = join(target, path)
    await mkdir(dirname(file), { recursive: true })
    const mode = member.mode & 0o111 ? 0o755 : 0o644
    await pipeline(Readable.from(member.body()), createWriteStream(file, { mode, flags: 'w' }))
  }
}
