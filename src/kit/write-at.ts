import type { FileHandle } from 'node:fs/promises'

/**
 * Writes all of the bytes at a place of a file. The system may take a part of them, as on a disk that fills up, and say so; then
 * the rest must follow or fail, for whoever hashed the bytes believes them written.
 */
export async function writeAt(file: Pick<FileHandle, 'write'>, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;)
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten
}
