import { execFile } from 'node:child_process'
import { cp, mkdir, realpath, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** Makes a small root file system of this machine's own Python and C library: a layer without any download. */
export async function makePythonLayer(layer: string): Promise<void> {
  const python = await realpath('/usr/bin/python3')
  const { stdout } = await exec(python, [
    '-I',
    '-S',
    '-c',
    'import os, _ctypes; print(os.__file__); print(_ctypes.__file__)',
  ])
  const [os, ctypes] = stdout.trim().split('\n') as [string, string]
  const library = dirname(os)
  for (const directory of ['usr/bin', 'usr/lib', 'etc', 'srv']) await mkdir(join(layer, directory), { recursive: true })
  for (const name of ['bin', 'lib', 'lib64'])
    await symlink(name === 'lib64' ? 'usr/lib64' : `usr/${name}`, join(layer, name))
  await cp(python, join(layer, 'usr/bin', basename(python)))
  await symlink(basename(python), join(layer, 'usr/bin/python3'))
  await cp(library, join(layer, library), {
    recursive: true,
    filter: source => !/\/(test|__pycache__|idlelib)$/.test(source),
  })
  const listed = (await exec('ldd', [python, ctypes])).stdout
  for (const path of new Set(listed.match(/\/\S+\.so\S*(?= \()/g))) {
    const place = join(layer, path.startsWith('/usr/') ? path : `/usr${path}`)
    await mkdir(dirname(place), { recursive: true })
    await cp(await realpath(path), place)
  }
}
