import { lstatSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import ignore from 'ignore'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Entry } from '../../../model/tree.ts'
import { tarOf } from '../../../oci/index.ts'
import { readDockerIgnore } from '../app/docker-ignore.ts'
import { readRegular } from '../../../kit/regular-file.ts'
import { refuseSecrets } from '../secrets/refuse.ts'
import { scanText } from '../secrets/scan.ts'
import { isSecretFile } from '../secrets/secret-files.ts'

export interface OwnContext {
  readonly files: readonly string[]
  /** Left out, because they hold secrets by their nature. */
  readonly secretFiles: readonly string[]
}

/**
 * What a Dockerfile may copy: the files of the repository that git does not ignore, but those that .dockerignore names and those that hold
 * secrets by their nature, which no layer should get unless `allowed` says so. Throws `secret-in-source`.
 */
export function readOwnContext(checkout: Checkout, dockerfile: string, allowed: readonly string[]): OwnContext {
  const special = `${dockerfile}.dockerignore`
  const name = checkout.has(special) ? special : '.dockerignore'
  const isOut = readDockerIgnore(readRegular(checkout.root, name, 1024 ** 2)?.toString('utf8') ?? '')
  const allow = ignore().add([...allowed])
  const files = checkout.files.filter(file => file === dockerfile || !isOut(file))
  const judged = files.filter(file => !allow.ignores(file))
  const secretFiles = judged.filter(file => file !== dockerfile && isSecretFile(file, () => textIn(checkout, file)))
  const secret = new Set(secretFiles)
  const found = judged.filter(file => !secret.has(file)).flatMap(file => scanText(file, textIn(checkout, file)))
  const certain = found.filter(each => each.certain)
  if (certain.length > 0) throw refuseSecrets(certain)
  return { files: files.filter(file => !secret.has(file)), secretFiles }
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
