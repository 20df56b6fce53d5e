import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, ListenOptions } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Authorize } from '../../../../python/index/credentials.ts'
import { listFiles, listPage } from '../../../../python/index/listing.ts'
import { normalizeName } from '../../../../python/name.ts'
import { standInWheel } from '../../../../python/wheel/stand-in.ts'
import { withoutCredentials } from '../../credentials.ts'
import { gateAddress, readGatePath, type GateFile, type Subject } from './address.ts'
import { offer, type ListingOptions, type Offered } from './listing.ts'

/**
 * The one server the resolver can reach: it passes on what the user's package indexes say, with the credentials for them, which never
 * enter the sandbox; and it puts a wheel in the place of every source distribution, so that the resolver builds nothing.
 */
export interface Gate {
  /** The directory that holds `socket`. */
  readonly directory: string
  /** The gate as an HTTP proxy of this machine, where it was asked for. */
  readonly proxy: string | null
  /** The first thing that went wrong behind the gate; null while nothing did. */
  failure(): Error | null
  close(): Promise<void>
}

export interface GateOptions extends ListingOptions {
  readonly authorize: Authorize
  /** The metadata of a wheel that has none lying beside it. */
  wheelMetadata(file: GateFile): Promise<string>
  /** The metadata of what a source distribution becomes when it is built. */
  sourceMetadata(file: GateFile): Promise<string>
  /** The metadata that lies beside a wheel. */
  besideMetadata(file: GateFile): Promise<string>
  /** Also listen on the loopback interface, where every user of this machine can ask: only for whoever cannot be given the socket. */
  readonly asProxy: boolean
  /** Told at once: whoever resolves need not go on. */
  onFailure(): void
}

export async function openGate(options: GateOptions): Promise<Gate> {
  // The path of a Unix socket ends at 107 bytes (unix(7)), and a cache may lie deep. Closed to other users, as mkdtemp makes it: whoever
  // can ask the gate has the credentials behind it.
  const directory = await mkdtemp(join(tmpdir(), 'wherry-gate-'))
  let failure: Error | null = null
  const server = createServer(serve)
  const proxy = options.asProxy ? createServer(serve) : null
  function serve(request: IncomingMessage, response: ServerResponse): void {
    answer(request, response, options).catch((error: unknown) => {
      failure ??= error instanceof Error ? error : new Error(String(error))
      response.writeHead(400).end()
      options.onFailure()
    })
  }
  const socket = join(directory, 'socket')
  await listen(server, socket)
  if (proxy) await listen(proxy, { port: 0, host: '127.0.0.1' })
  return {
    directory,
    proxy: proxy && `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    failure: () => failure,
    async close() {
      await Promise.all([server, ...(proxy ? [proxy] : [])].map(close))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function listen(server: Server, place: string | ListenOptions): Promise<void> {
  server.requestTimeout = 0 // A build may stand behind an answer.
  server.listen(place)
  await once(server, 'listening')
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
}

/** What lies under one address never changes, but for what an index offers. */
const forever = { 'cache-control': 'max-age=31536000, immutable' }

async function answer(request: IncomingMessage, response: ServerResponse, options: GateOptions): Promise<void> {
  // As a proxy it is asked for whole addresses.
  const found = readGatePath((request.url ?? '').replace(/^http:\/\/[^/]*/, ''))
  if (!found) return void response.writeHead(404).end()
  const { what, rest } = found
  if (what.kind === 'index') return answerIndex(what.url, rest, response, options)
  if (what.kind === 'page') return answerPage(what.url, response, options)
  const metadata = await metadataOf(what, options)
  if (rest.endsWith('.metadata')) return void response.writeHead(200, forever).end(metadata)
  response.writeHead(200, { ...forever, 'content-type': 'application/octet-stream' })
  response.end(request.method === 'HEAD' ? undefined : standInWheel(what.name, what.version, metadata))
}

async function metadataOf(what: Exclude<Subject, { kind: 'index' | 'page' }>, options: GateOptions): Promise<string> {
  const least = `Metadata-Version: 2.1\nName: ${what.name}\nVersion: ${what.version}\n`
  if (what.kind === 'source') return what.bare ? least : rename(await options.sourceMetadata(what), what)
  return what.beside ? options.besideMetadata(what) : options.wheelMetadata(what)
}

/** A build may spell name and version another way than the file it was made from, and the resolver believes the file. */
function rename(metadata: string, { name, version }: GateFile): string {
  return metadata.replace(/^Name:.*$/m, `Name: ${name}`).replace(/^Version:.*$/m, `Version: ${version}`)
}

async function answerIndex(index: string, path: string, response: ServerResponse, options: GateOptions): Promise<void> {
  const project = normalizeName(path.replace(/\/$/, ''))
  const files = await listFiles(index, project, options.authorize)
  if (files === null) return void response.writeHead(404).end()
  const body = { meta: { 'api-version': '1.1' }, name: project, files: offer(project, files, options).map(describe) }
  response.writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' }).end(JSON.stringify(body))
}

/** PEP 691, with the upload time of PEP 700. */
function describe({ file, url, source }: Offered): object {
  const { sha256, uploaded, requiresPython, yanked } = source
  return {
    filename: file,
    url,
    hashes: { sha256 },
    'core-metadata': true,
    yanked,
    ...(uploaded === null ? {} : { 'upload-time': uploaded }),
    ...(requiresPython === null ? {} : { 'requires-python': requiresPython }),
  }
}

/** A page of links holds files of many projects, each told by its name. */
async function answerPage(url: string, response: ServerResponse, options: GateOptions): Promise<void> {
  const files = await listPage(url, options.authorize)
  const projects = Map.groupBy(files, ({ file }) => projectOf(file))
  const links = [...projects].flatMap(([project, group]) => offer(project, group, options).map(linkTo))
  response.writeHead(200, { 'content-type': 'text/html' }).end(`<!DOCTYPE html>\n${links.join('\n')}\n`)
}

function projectOf(file: string): string {
  const [, name = ''] = /^(.+?)-\d/.exec(file) ?? []
  return normalizeName(name)
}

function linkTo({ file, url, source }: Offered): string {
  const escaped = file.replace(/[&<>"]/g, character => `&#${character.codePointAt(0)};`)
  return `<a href="${url}#sha256=${source.sha256}" data-core-metadata="true">${escaped}</a><br>`
}

/** Where the resolver finds an index, or a page of links, behind the gate. Credentials in the address stay on this side. */
export function gateIndex(address: string, kind: 'index' | 'page' = 'index'): string {
  return gateAddress({ kind, url: withoutCredentials(address) }, '').replace(/\/$/, kind === 'index' ? '' : '/')
}
