import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { NodeProgram } from '../../../model/lock.ts'
import type { NpmRegistry } from '../../../node/registry/registry.ts'
import { unpackPackage } from '../../../node/unpack.ts'
import type { Tools } from '../tools.ts'

const manifest = z.looseObject({ bin: z.union([z.string(), z.record(z.string(), z.string())]).optional() })

/** Node.js and package managers as one directory of the cache, with `bin` for the PATH. */
export function bringPrograms(
  programs: readonly NodeProgram[],
  registry: NpmRegistry,
  { cache }: Tools,
): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify(programs.map(({ integrity }) => integrity)))
  return cache.entry('front-end-programs', key.digest('hex'), async target => {
    await mkdir(join(target, 'bin'), { recursive: true })
    for (const program of programs) {
      const archive = await registry.archive({ ...program, url: null })
      const home = join(target, 'lib', program.name)
      if (program.name.startsWith('node-')) {
        await unpackPackage(archive, home, path => path === 'bin/node')
        await rename(join(home, 'bin/node'), join(target, 'bin/node'))
        await chmod(join(target, 'bin/node'), 0o755)
      } else {
        await unpackPackage(archive, home)
        await linkCommands(program.name, home, join(target, 'bin'))
      }
    }
  })
}

/** The package's commands, as npm links them (npm docs: package.json, `bin`). */
async function linkCommands(name: string, home: string, bin: string): Promise<void> {
  const { bin: said } = manifest.parse(JSON.parse(await readFile(join(home, 'package.json'), 'utf8')))
  for (const [command, path] of Object.entries(typeof said === 'string' ? { [name]: said } : (said ?? {}))) {
    const safe = /^(?:\.\/)?((?:[\w-][\w.-]*\/)*[\w-][\w.-]*)$/.exec(path)?.[1]
    if (!safe || !/^[\w-]+$/.test(command)) continue
    await chmod(join(home, safe), 0o755)
    await symlink(`../lib/${name}/${safe}`, join(bin, command))
  }
}
