import { access, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { exec } from '../../src/kit/exec.ts'
import { apt } from './apt.ts'

/** Programs nobody here wrote, built from their Go modules with this machine's Go, Debian's when it has none. Kept between runs. */

/** Builds `module/path@version` and gives the program's path. The module proxy is the machine's own. */
export async function goProgram(source: string): Promise<string> {
  const [path = '', version = ''] = source.split('@')
  const folder = join(tmpdir(), 'wherry-test-go', version)
  const program = join(folder, basename(path))
  if (
    await access(program).then(
      () => true,
      () => false,
    )
  )
    return program
  await mkdir(folder, { recursive: true })
  const env = { ...(process.env as Record<string, string>), GOBIN: folder, GOFLAGS: '-mod=mod' }
  const install = (): ReturnType<typeof exec> => exec(['go', 'install', source], { env, timeout: 600_000 })
  const built = await install().catch(async () => {
    await apt('golang-go')
    return install()
  })
  if (built.code !== 0) throw new Error(`go install ${source}: ${built.stderr.slice(-3000)}`)
  return program
}
