import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exec } from '../../src/kit/exec.ts'
import { parseNginx, type Nginx } from '../../src/nginx/index.ts'
import { apt, unpackDebian, unpackedCommand } from './apt.ts'

/** An nginx that can be run here: the argv before its own arguments, and what it says of itself. */
export interface NginxProgram {
  readonly argv: readonly [string, ...string[]]
  readonly nginx: Nginx
}

const libraries = ['libc6', 'libcrypt1', 'zlib1g']
/** One Debian release for each branch of the generator: no keepalive by age, the `http2` parameter, its directive, merged headers. */
const packages: Readonly<Record<string, readonly string[]>> = {
  bullseye: ['nginx-core', 'libpcre3', 'libssl1.1', ...libraries],
  trixie: ['nginx', 'libpcre2-8-0', 'libssl3t64', 'libzstd1', ...libraries],
  forky: ['nginx', 'libpcre2-8-0', 'libssl3t64', 'libzstd1', ...libraries],
}

/** The suites to test with; `here` is what apt installs on this machine. */
export const suites = ['here', ...Object.keys(packages)] as const

export async function bringNginx(suite: string): Promise<NginxProgram> {
  const argv = suite === 'here' ? await installed() : await unpacked(suite)
  const { stderr } = await exec([...argv, '-V'])
  return { argv, nginx: parseNginx(stderr) }
}

async function installed(): Promise<[string]> {
  await apt('nginx')
  return ['nginx']
}

/** Kept for the next test file of the run. */
async function unpacked(suite: string): Promise<[string, ...string[]]> {
  const root = join(tmpdir(), `wherry-test-nginx-${suite}`)
  const fresh = `${root}.${process.pid}`
  if (!existsSync(root)) {
    await unpackDebian(suite, packages[suite] ?? [], fresh)
    await rename(fresh, root)
  }
  return unpackedCommand(root, 'usr/sbin/nginx')
}
