import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exec } from '../../src/kit/exec.ts'
import { findMirrors } from '../../src/debian/index.ts'
import { apt } from './apt.ts'

/**
 * The base that a Dockerfile would begin with, where no registry can be reached: Debian's smallest system with its Python, made
 * by debootstrap from the archive of this machine's apt. As a tar; kept for the next test file. Needs root.
 */
export async function debianWithPython(suite: string): Promise<string> {
  const tar = join(tmpdir(), `wherry-bench-${suite}.tar`)
  if (existsSync(tar)) return tar
  await apt('debootstrap')
  const { archive } = await findMirrors(suite)
  const work = await mkdtemp(join(tmpdir(), 'wherry-debootstrap-'))
  try {
    const root = join(work, 'root')
    await must(['debootstrap', '--variant=minbase', '--include=python3,ca-certificates', suite, root, archive])
    // What every careful image leaves out, so that the comparison is with a good one.
    for (const directory of ['var/lib/apt/lists', 'var/cache/apt/archives', 'var/log'])
      for (const name of await readdir(join(root, directory)))
        await rm(join(root, directory, name), { recursive: true, force: true })
    for (const name of await readdir(join(root, 'var/cache/apt')))
      if (name.endsWith('.bin')) await rm(join(root, 'var/cache/apt', name))
    await must(['tar', '--create', '--file', join(work, 'tar'), '--directory', root, '.'])
    await rename(join(work, 'tar'), tar)
    return tar
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function must(argv: [string, ...string[]]): Promise<void> {
  const { code, stdout, stderr } = await exec(argv, { timeout: 600_000 })
  if (code !== 0) throw new Error(`${argv[0]} ended with ${code}: ${(stderr || stdout).slice(-2000)}`)
}
