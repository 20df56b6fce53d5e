import { lockedPackage, NodeLockError, type LockedPackage, type NodeLock } from './lock.ts'
import { registryPath } from './registry-path.ts'

/** yarn.lock of Yarn 1: its own format, `key:` lines and two-space `name "value"` lines below. Throws NodeLockError. */
export function readYarnClassicLock(text: string): NodeLock {
  const found: LockedPackage[] = []
  const foreign: string[] = []
  for (const { key, values } of blocks(text)) {
    const resolved = values.get('resolved') ?? ''
    const [url = '', sha1 = ''] = resolved.split('#')
    // Nothing is resolved for a directory of the repository.
    if (resolved === '' && /@(?:file|link|portal):/.test(key)) continue
    // Without an address, as an offline mirror has it, the registry's own place is meant.
    const name = resolved === '' ? key.slice(0, key.lastIndexOf('@')) : registryPath(url)?.name
    if (name === undefined) foreign.push(`${key} (${resolved})`)
    else {
      const integrities = values.get('integrity') ?? fromSha1(sha1)
      found.push(lockedPackage({ name, version: values.get('version') ?? '', url: url || null, integrities }))
    }
  }
  return { packages: found, foreign }
}

/** Older Yarns wrote the archive's SHA-1 behind its address, in hex. */
function fromSha1(hex: string): string {
  return /^[0-9a-f]{40}$/.test(hex) ? `sha1-${Buffer.from(hex, 'hex').toString('base64')}` : ''
}

interface Block {
  readonly key: string
  readonly values: ReadonlyMap<string, string>
}

function blocks(text: string): Block[] {
  const all: { key: string; values: Map<string, string> }[] = []
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '' || line.startsWith('#')) continue
    if (/^[^\s].*:$/.test(line))
      all.push({ key: line.slice(0, -1).split(', ')[0]?.replaceAll('"', '') ?? '', values: new Map() })
    else if (!line.startsWith(' ')) throw new NodeLockError(`a line that Yarn does not write: ${line.slice(0, 80)}`)
    else {
      const [, name, value] = /^ {2}"?([a-z]+)"? "?([^"]*)"?$/.exec(line) ?? []
      if (name !== undefined && value !== undefined) all.at(-1)?.values.set(name, value)
    }
  }
  return all
}
