import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseStanzas, suites } from '../../../debian/index.ts'
import { printable } from '../../../kit/text.ts'
import { findWritten } from '../directory.ts'
import { unsupportedBase } from '../errors.ts'

/** What an unpacked base image says of itself, in files. Nothing in it is trusted: paths lead through real directories only. */

/** Bytes; a record of a thousand packages has a tenth. */
const largest = 32 * 1024 ** 2

/** The text of a file, or null where there is none. */
export function readText(root: string, path: string): string | null {
  const directory = findWritten(root, dirname(path))
  const file = directory === null ? null : join(directory, path.slice(path.lastIndexOf('/') + 1))
  const status = file === null ? undefined : lstatSync(file, { throwIfNoEntry: false })
  if (file === null || !status?.isFile() || status.size > largest) return null
  return readFileSync(file, 'utf8')
}

/**
 * The Debian or Ubuntu suite a base is of (os-release(5)): nginx and libraries come from there. Throws `unsupported-base` for another
 * system, Alpine with its musl among them.
 */
export function suiteOfBase(root: string, reference: string): string {
  const text = readText(root, 'usr/lib/os-release') ?? readText(root, 'etc/os-release') ?? ''
  const fields = new Map([...text.matchAll(/^([A-Z_]+)=["']?([^"'\n]*)/gm)].map(([, name, value]) => [name, value]))
  const codename = fields.get('VERSION_CODENAME')
  const suite = suites.find(({ name }) => name === codename)
  if (suite) return suite.name
  const name = printable(fields.get('PRETTY_NAME') ?? '').slice(0, 100)
  throw unsupportedBase({
    what: `The base image ${reference} is ${name === '' ? 'of a system that does not say its name' : name}.`,
    why: `nginx and the libraries of wheels are laid on it from ${suites.map(each => each.name).join(', ')}`,
    next: 'Choose a base of one of these, such as python:3.12-slim.',
  })
}

/** The Debian packages a base brings: dpkg's own record, or the files of images without dpkg. */
export function packagesOfBase(root: string): { readonly name: string; readonly version: string }[] {
  const records = findWritten(root, 'var/lib/dpkg/status.d')
  const names = records === null ? [] : readdirSync(records).filter(name => !name.endsWith('.md5sums'))
  const texts = [
    readText(root, 'var/lib/dpkg/status'),
    ...names.map(name => readText(root, `var/lib/dpkg/status.d/${name}`)),
  ]
  const found = new Map<string, string>()
  for (const stanza of texts.flatMap(text => parseStanzas(text ?? ''))) {
    const [name, version, status = 'install ok installed'] = ['package', 'version', 'status'].map(key =>
      stanza.get(key),
    )
    if (name !== undefined && version !== undefined && status.endsWith(' installed')) found.set(name, version)
  }
  return [...found].map(([name, version]) => ({ name, version })).sort((a, b) => (a.name < b.name ? -1 : 1))
}
