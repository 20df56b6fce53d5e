import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Distribution } from '../../src/model/lock.ts'
import { openZip } from '../../src/python/wheel/zip.ts'

/** How an index misbehaves for one file: other bytes, an answer that stops in the middle, one that breaks off, an error. */
export type Fault = 'corrupt' | 'stall' | 'cut' | 503 | 404

/** A package index on this machine (PEP 691 with the metadata of PEP 658) that serves real files, and fails as it is told. */
export interface SimpleIndex {
  /** With the credentials, when it wants some. */
  readonly url: string
  /** Makes requests for a file fail; `times` of them, all without it. */
  fail(file: string, fault: Fault, times?: number): void
  mend(): void
  /** Paths that were asked for. */
  readonly asked: string[]
  close(): Promise<void>
}

export interface Served {
  readonly distribution: Distribution
  /** The file on this machine. */
  readonly path: string
}

export async function startIndex(
  files: readonly Served[],
  options: { readonly user?: string; readonly password?: string } = {},
): Promise<SimpleIndex> {
  const { user, password } = options
  const authorization =
    user === undefined ? null : `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`
  const asked: string[] = []
  const faults = new Map<string, { readonly fault: Fault; times: number }>()
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (authorization !== null && request.headers.authorization !== authorization) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="index"' }).end()
      return
    }
    void answer(request, response)
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, kind = '', name = ''] = decodeURIComponent(request.url ?? '').split('/')
    if (kind === 'simple') return list(name, response)
    const file = files.find(({ distribution }) => distribution.file === name.replace(/\.metadata$/, ''))
    if (!file) return void response.writeHead(404).end()
    if (name.endsWith('.metadata')) return void response.end(await metadataOf(file.path))
    const bytes = await readFile(file.path)
    const fault = faults.get(name)
    if (!fault || fault.times <= 0) return void response.end(bytes)
    fault.times -= 1
    misbehave(fault.fault, bytes, response)
  }

  function list(project: string, response: ServerResponse): void {
    const found = files.filter(({ distribution }) => distribution.name === project)
    if (found.length === 0) return void response.writeHead(404).end()
    const body = {
      meta: { 'api-version': '1.1' },
      name: project,
      versions: [...new Set(found.map(({ distribution }) => distribution.version))],
      files: found.map(({ distribution: { file, sha256 } }) => ({
        filename: file,
        url: `../../files/${file}`,
        hashes: { sha256 },
        'upload-time': '2020-01-01T00:00:00Z',
        'core-metadata': file.endsWith('.whl'),
      })),
    }
    response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json')
    response.end(JSON.stringify(body))
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const credentials = user === undefined ? '' : `${user}:${password ?? ''}@`
  return {
    url: `http://${credentials}127.0.0.1:${port}/simple`,
    asked,
    fail: (file, fault, times = Infinity) => faults.set(file, { fault, times }),
    mend: () => faults.clear(),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function misbehave(fault: Fault, bytes: Buffer, response: ServerResponse): void {
  if (typeof fault === 'number') return void response.writeHead(fault).end()
  if (fault === 'corrupt') {
    const other = Buffer.from(bytes)
    other.writeUInt8(other.readUInt8(100) ^ 1, 100)
    return void response.end(other)
  }
  response.writeHead(200, { 'content-length': bytes.length })
  response.write(bytes.subarray(0, bytes.length / 2), () => {
    if (fault === 'cut') response.destroy()
  })
}

async function metadataOf(wheel: string): Promise<Buffer> {
  const zip = await openZip(wheel, { members: 10_000, total: 1024 ** 3, ratio: 1000 })
  try {
    const member = zip.members.find(({ path }) => /^[^/]+\.dist-info\/METADATA$/.test(path))
    if (!member) throw new Error(`${wheel} has no METADATA`)
    return await zip.read(member, 1024 ** 2)
  } finally {
    await zip.close()
  }
}
