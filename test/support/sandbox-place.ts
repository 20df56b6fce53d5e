import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Container, Engine } from '../../src/engines/engine.ts'
import type { SandboxOptions } from '../../src/engines/sandbox/command.ts'
import { sandboxEngine } from '../../src/engines/sandbox/engine.ts'
import { makePythonLayer } from './python-layer.ts'

/** A name with everything that mount options, links and JSON could trip over. */
export const odd = 'a b:c,d\\e"f=é'

/** Where one kind of user runs sandboxes: directories of its own, a layer with a Python, an engine that acts as that user. */
export interface Place {
  readonly who: 'root' | 'user'
  readonly path: string
  readonly layer: string
  readonly options: SandboxOptions
  readonly engine: Engine
  /** A directory of that user. */
  directory(name: string): string
  /** A container that runs Python code. */
  container(code: string, change?: Partial<Container>): Container
  remove(): void
}

/** Makes a place for root, or for a normal user who exists only as long as it. The tests themselves run as root. */
export async function makePlace(who: 'root' | 'user'): Promise<Place> {
  const path = mkdtempSync(`/tmp/wherry-sandbox-${who}-`)
  const name = `wherry-${process.pid}`
  chmodSync(path, 0o755)
  const options: SandboxOptions = {
    cache: join(path, 'cache'),
    python: who === 'root' ? ['/usr/bin/python3'] : ['setpriv', ...addUser(name), '--clear-groups', '/usr/bin/python3'],
  }
  const own = (directory: string): string => {
    if (who === 'user') execFileSync('chown', ['-R', `${name}:`, directory])
    return directory
  }
  mkdirSync(join(path, 'cache/sandbox'), { recursive: true })
  const layer = join(path, odd)
  await makePythonLayer(layer)
  own(path)
  return {
    who,
    path,
    layer,
    options,
    engine: await sandboxEngine(options),
    directory(name) {
      mkdirSync(join(path, name), { recursive: true })
      return own(join(path, name))
    },
    container: (code, change = {}) => ({
      ...usual,
      layers: [layer],
      argv: ['python3', '-I', '-B', '-c', code],
      ...change,
    }),
    remove() {
      if (who === 'user') execFileSync('userdel', [name])
      rmSync(path, { recursive: true, force: true })
    },
  }
}

/** A container in the strictest form. */
export const usual = {
  env: { PATH: '/usr/bin', GREETING: 'grüß dich' },
  user: { uid: 10001, gid: 10001 },
  cwd: '/srv',
  root: 'read-only',
  mounts: [],
  tmpfs: [],
  network: 'none',
  hostname: 'web-1',
  memoryLimit: null,
  pidsLimit: null,
} as const

function addUser(name: string): string[] {
  execFileSync('useradd', ['--no-create-home', '--shell', '/bin/false', name])
  const line =
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find(l => l.startsWith(`${name}:`)) ?? ''
  const [, , uid, gid] = line.split(':')
  return ['--reuid', uid ?? '', '--regid', gid ?? '']
}
