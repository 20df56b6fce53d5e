import { lstatSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Entry } from '../../../model/tree.ts'
import { tarOf } from '../../../oci/index.ts'
import { readDockerIgnore } from '../app/docker-ignore.ts'
import { readRegular } from '../../../kit/regular-file.ts'
import { isSecretFile } from '../secrets/secret-files.ts'

/**
 * What a Dockerfile may copy: the files of the repository that git does not ignore, but those that .dockerignore names and those that hold
 * secrets by their nature, which no layer should get.
 */
export function contextFiles(checkout: Checkout, dockerfile: string): readonly string[] {
  const special = `${dockerfile}.dockerignore`
  const name = checkout.has(special) ? special : '.dockerignore'
  const isOut = readDockerIgnore(readRegular(checkout.root, name, 1024 ** 2)?.toString('utf8') ?? '')
  return checkout.files.filter(
    file => file === dockerfile || (!isOut(file) && !isSecretFile(file, () => textIn(checkout, file))),
  )
}

function textIn({ root }: Checkout, file: string): string {
  return readRegular(root, file, 8 * 1024 ** 2)?.toString('latin1') ?? ''
}

/** Those files as a tar. */
export function contextTar({ root }: Checkout, files: readonly string[]): AsyncIterable<Uint8Array> {
  return tarOf(files.flatMap(file => entryOf(root, file)))
}

function entryOf(root: string, path: string): Entry[] {
  const file = join(root, path)
  const status = lstatSync(file, { throwIfNoEntry: false })
  if (status?.isSymbolicLink()) return [{ kind: 'link', path, target: readlinkSync(file) }]
  if (!status?.isFile()) return []
  return [{ kind: 'file', path, mode: status.mode & 0o777, size: status.size, bytes: { file } }]
}
