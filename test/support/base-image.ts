import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exec } from '../../src/kit/exec.ts'
import { debianWithPython } from './debootstrap.ts'
import { crane } from './registries.ts'

/**
 * An image laid out as the official Python images are, made of parts that can be had without Docker Hub: debootstrap's Debian with
 * dpkg's record, on it a layer that deletes Debian's Python and puts the same program below /usr/local, without bytecode. Pushed by
 * crane, so that nothing of ours has touched it. Needs root.
 */
export async function pushPythonBase(host: string, name: string): Promise<void> {
  const tool = await crane()
  const work = await mkdtemp(join(tmpdir(), 'wherry-base-image-'))
  try {
    const system = await debianWithPython('trixie')
    const top = join(work, 'top')
    await layOutPython(system, work, top)
    const layer = join(work, 'layer.tar')
    await must(['tar', '--create', '--file', layer, '--directory', top, '.'])
    const first = `${host}/${name}-system`
    await must([tool, 'append', '--insecure', '-f', system, '-t', first])
    await must([tool, 'append', '--insecure', '-b', first, '-f', layer, '-t', `${host}/${name}`])
    const path = '/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin'
    const settings = ['--env', `PATH=${path}`, '--env', 'BASE_SAYS=hello', '--set-platform', 'linux/amd64']
    await must([tool, 'mutate', '--insecure', ...settings, '--entrypoint', '/never', `${host}/${name}`])
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function layOutPython(system: string, work: string, top: string): Promise<void> {
  const root = join(work, 'root')
  await mkdir(root)
  const wanted = ['--wildcards', './usr/bin/python3*', './usr/lib/python3*']
  await must(['tar', '--extract', '--file', system, '--directory', root, ...wanted])
  for (const directory of ['usr/local/bin', 'usr/local/lib', 'usr/bin', 'usr/lib', 'etc'])
    await mkdir(join(top, directory), { recursive: true })
  await rename(join(root, 'usr/bin/python3.13'), join(top, 'usr/local/bin/python3.13'))
  await rename(join(root, 'usr/lib/python3.13'), join(top, 'usr/local/lib/python3.13'))
  await must(['find', join(top, 'usr/local'), '-name', '__pycache__', '-prune', '-exec', 'rm', '-rf', '{}', '+'])
  for (const link of ['python3', 'python']) await must(['ln', '-s', 'python3.13', join(top, 'usr/local/bin', link)])
  for (const gone of ['usr/bin/python3', 'usr/bin/python3.13', 'usr/lib/python3.13', 'usr/lib/python3'])
    await writeFile(join(top, gone.replace(/([^/]+)$/, '.wh.$1')), '')
}

async function must(argv: [string, ...string[]]): Promise<void> {
  const { code, stderr } = await exec(argv, { timeout: 300_000 })
  if (code !== 0) throw new Error(`${argv.slice(0, 3).join(' ')}: ${stderr.slice(-2000)}`)
}
