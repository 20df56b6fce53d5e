import { access, constants, lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { exec } from '../../kit/exec.ts'

/**
 * The Python that enters the sandbox. An image's own, run through its own dynamic loader, works on machines without Python and is
 * a known one; but it runs outside of the sandbox, so only layers the caller vouches for (our signed base) are searched.
 */
export async function findPython(trusted: readonly string[] = []): Promise<readonly [string, ...string[]] | null> {
  for (const layer of [...trusted].reverse()) {
    const argv = await pythonInLayer(layer)
    if (argv) return argv
  }
  return (machinePython ??= pythonOfMachine())
}

let machinePython: Promise<readonly [string, ...string[]] | null> | undefined

const loaders = ['lib64/ld-linux-x86-64.so.2', 'lib/ld-linux-aarch64.so.1']
const libraries = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu', 'usr/lib64', 'usr/local/lib', 'usr/lib']
const oldest = 9

/** How to run the Python of an unpacked layer from outside, or null when it has none of its own with its C library. */
export async function pythonInLayer(layer: string): Promise<readonly [string, ...string[]] | null> {
  const python = await newestPython(layer)
  if (python === null) return null
  for (const name of loaders) {
    const loader = await resolveInside(layer, name)
    if (loader === null) continue
    const path = (await Promise.all(libraries.map(directory => resolveInside(layer, directory)))).filter(
      d => d !== null,
    )
    // The loader splits its path at `:` and `;`. The machine's own cache would offer it libraries of another C library.
    if (path.some(directory => /[:;]/.test(directory))) return null
    return [loader, '--inhibit-cache', '--library-path', path.join(':'), python]
  }
  return null
}

async function newestPython(layer: string): Promise<string | null> {
  for (const directory of ['usr/local/bin', 'usr/bin']) {
    const inside = await resolveInside(layer, directory)
    if (inside === null) continue
    const minors = (await readdir(inside)).map(name => Number(/^python3\.(\d{1,2})$/.exec(name)?.[1] ?? -1))
    const newest = Math.max(...minors, -1)
    if (newest >= oldest) return resolveInside(layer, join(directory, `python3.${newest}`))
  }
  return null
}

/** Follows links as the kernel would with the layer as root; null where nothing is, or after 40 links, the kernel's own limit. */
export async function resolveInside(layer: string, path: string): Promise<string | null> {
  const todo = path.split('/').reverse()
  const done: string[] = []
  let links = 0
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      done.pop()
      continue
    }
    const here = join(layer, ...done, part)
    const status = await lstat(here).catch(() => null)
    if (!status) return null
    if (!status.isSymbolicLink()) {
      done.push(part)
      continue
    }
    if ((links += 1) > 40) return null
    const target = await readlink(here)
    if (target.startsWith('/')) done.length = 0
    todo.push(...target.split('/').reverse())
  }
  return join(layer, ...done)
}

async function pythonOfMachine(): Promise<readonly [string] | null> {
  // The usual places first: what PATH finds may be a version manager's script, ten times slower.
  for (const python of ['/usr/bin/python3', '/usr/local/bin/python3', ...onPath('python3')]) {
    if (await isUsable(python)) return [python]
  }
  return null
}

function onPath(name: string): string[] {
  const directories = (process.env['PATH'] ?? '').split(':').filter(directory => directory.startsWith('/'))
  return directories.map(directory => join(directory, name))
}

async function isUsable(python: string): Promise<boolean> {
  if (
    !(await access(python, constants.X_OK).then(
      () => true,
      () => false,
    ))
  )
    return false
  const question = `import sys, ctypes, json, select; sys.exit(sys.version_info < (3, ${oldest}))`
  const answer = await exec([python, '-I', '-S', '-c', question], { timeout: 10_000 }).catch(() => null)
  return answer?.code === 0
}
