import type { DebianPackage, Distribution, Lock } from '../../src/model/lock.ts'

/** A lock of a few packages, for what reads locks. */
export function smallLock(debian: Readonly<Record<string, string>>, python: Readonly<Record<string, string>>): Lock {
  return {
    requirements: '0'.repeat(64),
    python: '3.13.5',
    base: {
      kind: 'debian',
      suite: 'trixie',
      architecture: 'amd64',
      mirrors: { archive: 'https://mirror.example', security: null },
      packages: Object.entries(debian).map(([name, version]) => debianPackage(name, version)),
      nginx: [],
      libraries: [],
    },
    wheels: Object.entries(python).map(([name, version]) => distribution(name, version)),
    sdists: [],
    compiler: [],
    frontEnd: null,
    server: null,
    systemLibraries: [],
    data: [],
    asOf: null,
  }
}

/** `source/name`: the source package stands in the pool's path. */
function debianPackage(names: string, version: string): DebianPackage {
  const [source = '', name = source] = names.split('/')
  const path = `pool/main/${source[0]}/${source}/${name}_${version}_amd64.deb`
  return { name, version, pocket: 'main', path, size: 1, sha256: 'a'.repeat(64) }
}

function distribution(name: string, version: string): Distribution {
  const url = `https://files.example/${name}.whl`
  return { name, version, file: `${name}-${version}-py3-none-any.whl`, url, size: 1, sha256: 'b'.repeat(64) }
}
