import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import * as openpgp from 'openpgp'

/** Builds tiny Debian packages and signed archives, and serves them, so that the debian library is tested offline on real parts. */

export interface MadeEntry {
  readonly path: string
  /** Tar type: 0 file, 1 hard link, 2 symbolic link, 3 character device, 5 directory, 6 pipe. */
  readonly type?: string
  readonly body?: string | Uint8Array
  readonly link?: string
  readonly mode?: number
  readonly uid?: number
}

export function tarOf(entries: readonly MadeEntry[]): Buffer {
  return Buffer.concat([...entries.map(memberOf), Buffer.alloc(1024)])
}

function memberOf({ path, type = '0', body = '', link = '', mode = 0o644, uid = 0 }: MadeEntry): Buffer {
  const bytes = Buffer.from(body)
  const header = Buffer.alloc(512)
  const octal = (value: number, at: number, width: number): void => {
    header.write(value.toString(8).padStart(width - 1, '0'), at)
  }
  header.write(path, 0, 100)
  octal(mode, 100, 8)
  octal(uid, 108, 8)
  octal(uid, 116, 8)
  octal(bytes.length, 124, 12)
  octal(0, 136, 12)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(link, 157, 100)
  header.write('ustar\u000000', 257)
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    8,
  )
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}

export function arOf(members: readonly (readonly [string, Uint8Array])[]): Buffer {
  const parts = members.flatMap(([name, bytes]) => [
    Buffer.from(
      `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`,
    ),
    bytes,
    Buffer.from(bytes.length % 2 === 1 ? '\n' : ''),
  ])
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts])
}

export interface MadePackage {
  readonly name: string
  readonly version?: string
  readonly pocket?: 'main' | 'updates' | 'security'
  /** More control fields: Depends, Provides, Priority. */
  readonly fields?: Readonly<Record<string, string>>
  readonly entries?: readonly MadeEntry[]
  readonly compression?: 'none' | 'gz' | 'zst'
  /** What the index says of its place, when not the truth. */
  readonly filename?: string
}

const pack = {
  none: (bytes: Buffer): Buffer => bytes,
  gz: (bytes: Buffer): Buffer => gzipSync(bytes),
  zst: (bytes: Buffer): Buffer => zstdCompressSync(bytes),
}

function controlOf({ name, version = '1', fields = {} }: MadePackage): string {
  const more = Object.entries(fields).map(([key, value]) => `${key}: ${value}\n`)
  return `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\n${more.join('')}Description: made\n for a test\n`
}

export function debOf(made: MadePackage): Buffer {
  const { entries = [], compression = 'gz' } = made
  const suffix = compression === 'none' ? '' : `.${compression}`
  return arOf([
    ['debian-binary', Buffer.from('2.0\n')],
    [`control.tar${suffix}`, pack[compression](tarOf([{ path: './control', body: controlOf(made) }]))],
    [`data.tar${suffix}`, pack[compression](tarOf(entries))],
  ])
}

export interface SigningKey {
  readonly armored: string
  readonly sign: (text: string) => Promise<string>
}

export async function makeKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await openpgp.generateKey({
    userIDs: [{ name: 'test' }],
    format: 'object',
    date: new Date('2024-01-01'),
  })
  return {
    armored: publicKey.armor(),
    sign: async text =>
      openpgp.sign({
        message: await openpgp.createCleartextMessage({ text }),
        signingKeys: privateKey,
        date: new Date('2024-02-01'),
      }),
  }
}

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

export interface MadeArchive {
  readonly archive: string
  readonly security: string
  /** What is served, by path: change it to make a broken mirror. */
  readonly files: Map<string, Buffer>
  /** Paths asked for, in order. */
  readonly asked: string[]
  readonly close: () => Promise<void>
}

export interface ArchiveSettings {
  readonly suite?: string
  /** Fields of the release files in place of the usual ones. */
  readonly release?: Readonly<Record<string, string>>
  /** Lines of the Contents index of the main pocket. */
  readonly contents?: string
}

/** Serves an archive of one suite with its three pockets, signed by a key. */
export async function serveArchive(
  packages: readonly MadePackage[],
  key: SigningKey,
  settings: ArchiveSettings = {},
): Promise<MadeArchive> {
  const { suite = 'bookworm', release = {}, contents = '' } = settings
  const files = new Map<string, Buffer>()
  for (const pocket of ['main', 'updates', 'security'] as const) {
    const name = pocket === 'main' ? suite : `${suite}-${pocket}`
    const base = pocket === 'security' ? '/security' : '/debian'
    const chosen = packages.filter(made => (made.pocket ?? 'main') === pocket)
    const indexes = new Map([['main/binary-amd64/Packages.gz', gzipSync(indexOf(chosen, base, files))]])
    if (pocket === 'main') indexes.set('main/Contents-amd64.gz', gzipSync(contents))
    const lines = [...indexes].map(([path, bytes]) => ` ${sha256(bytes)} ${bytes.length} ${path}`)
    const fields = { Suite: name, Codename: name, Date: 'Thu, 01 Feb 2024 00:00:00 UTC', ...release }
    const head = Object.entries(fields).map(([field, value]) => `${field}: ${value}`)
    files.set(
      `${base}/dists/${name}/InRelease`,
      Buffer.from(await key.sign([...head, 'SHA256:', ...lines, ''].join('\n'))),
    )
    for (const [path, bytes] of indexes) files.set(`${base}/dists/${name}/${path}`, bytes)
  }
  return serve(files)
}

function indexOf(packages: readonly MadePackage[], base: string, files: Map<string, Buffer>): string {
  return packages
    .map(made => {
      const bytes = debOf(made)
      const path = `pool/${made.name}_${made.version ?? '1'}.deb`
      files.set(`${base}/${path}`, bytes)
      return `${controlOf(made)}Filename: ${made.filename ?? path}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n`
    })
    .join('\n')
}

async function serve(files: Map<string, Buffer>): Promise<MadeArchive> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const bytes = files.get(path)
    if (bytes) response.end(bytes)
    else response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    archive: `${base}/debian`,
    security: `${base}/security`,
    files,
    asked,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
