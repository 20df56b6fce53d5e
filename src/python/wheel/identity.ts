import { isName, normalizeName } from '../name.ts'
import { compareVersions, parseVersion } from '../version/version.ts'
import { parseHeaders } from './headers.ts'
import { ZipError, type Zip } from './zip.ts'

/** Which distribution a wheel says it is, in all the places where it says so. */
export interface Identity {
  /** As the metadata spells it. */
  readonly name: string
  readonly version: string
  /** `django-5.2.dist-info` */
  readonly distInfo: string
}

/** Reads who a wheel is from its .dist-info directory and METADATA, which must agree. @throws ZipError */
export async function identify(zip: Zip): Promise<Identity> {
  const distInfo = findDistInfo(zip)
  const headers = await readHeaders(zip, `${distInfo}/WHEEL`)
  const format = headers.get('wheel-version')?.[0] ?? ''
  if (!/^1\.\d+$/.test(format)) throw new ZipError(`it has wheel format ${format || 'unknown'}; 1.x can be installed`)
  const metadata = await readHeaders(zip, `${distInfo}/METADATA`)
  const name = metadata.get('name')?.[0] ?? ''
  const version = metadata.get('version')?.[0] ?? ''
  const directoryName = distInfo.slice(0, -'.dist-info'.length).replace(/-[^-]*$/, '')
  if (!isName(name) || version === '') throw new ZipError('its METADATA has no name and version')
  if (normalizeName(name) !== normalizeName(directoryName)) throw new ZipError(`${distInfo} holds metadata of ${name}`)
  return { name, version, distInfo }
}

/** A wheel must be what its file name says: the lock and the index know nothing else of it. @throws ZipError */
export function matchFileName({ name, version }: Identity, file: string): void {
  const [fileName, fileVersion] = file.replace(/\.whl$/, '').split('-')
  if (!file.endsWith('.whl') || !fileName || !fileVersion) throw new ZipError('its file name is no wheel name')
  if (normalizeName(name) !== normalizeName(fileName))
    throw new ZipError(`its file name says ${fileName}, its metadata ${name}`)
  // Old tools wrote `_` where a version has `-`.
  if (!sameVersion(fileVersion.replaceAll('_', '-'), version))
    throw new ZipError(`its file name says version ${fileVersion}, its metadata ${version}`)
}

function findDistInfo(zip: Zip): string {
  const tops = zip.members.filter(({ path }) => path.includes('/')).map(({ path }) => path.slice(0, path.indexOf('/')))
  const found = [...new Set(tops)].filter(top => top.toLowerCase().endsWith('.dist-info'))
  const [only] = found
  if (found.length === 1 && only?.endsWith('.dist-info')) return only
  throw new ZipError(found.length === 0 ? 'it has no .dist-info directory' : `it holds ${found.join(' and ')}`)
}

async function readHeaders(zip: Zip, path: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const member = zip.members.find(member => member.path === path)
  if (!member) throw new ZipError(`it has no ${path}`)
  return parseHeaders((await zip.read(member, 8 * 1024 ** 2)).toString('utf8'))
}

function sameVersion(a: string, b: string): boolean {
  return a === b || (parseVersion(a) !== null && parseVersion(b) !== null && compareVersions(a, b) === 0)
}
