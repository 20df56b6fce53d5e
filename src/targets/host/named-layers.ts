import { readdir, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * What runs on this machine or would after a rollback (releases, services, the edge), and the Python that the agent runs by where the
 * machine has none, as the specs name it: absolute paths, as they stand there and without links. `state` is where the homes of all apps lie. A spec that cannot be read is
 * an error: what it names must not be lost.
 */
export async function namedLayers(state: string): Promise<ReadonlySet<string>> {
  const named = new Set<string>(await pythonOf(state))
  for (const home of await names(state))
    for (const directory of await placesIn(join(state, home)))
      for (const file of await names(directory)) {
        if (!file.endsWith('.json')) continue
        const spec: unknown = JSON.parse(await readFile(join(directory, file), 'utf8'))
        for (const layer of layersOf(spec)) named.add(layer)
      }
  const real = await Promise.all([...named].map(async path => realpath(path).catch(() => path)))
  return new Set([...named, ...real])
}

/** Directories of a home that hold the specs of sandboxes. */
async function placesIn(home: string): Promise<readonly string[]> {
  const groups = await Promise.all(
    ['releases', 'services'].map(async group => (await names(join(home, group))).map(name => join(home, group, name))),
  )
  return [join(home, 'edge'), ...groups.flat()]
}

/** As `local.ts` remembers it. */
async function pythonOf(state: string): Promise<string[]> {
  const text = await readFile(join(state, 'runtime', 'python.json'), 'utf8').catch(() => '[]')
  const argv: unknown = JSON.parse(text)
  return Array.isArray(argv) ? argv.filter(word => typeof word === 'string' && word.startsWith('/')) : []
}

function layersOf(spec: unknown): string[] {
  if (typeof spec !== 'object' || spec === null || !('layers' in spec) || !Array.isArray(spec.layers)) return []
  return spec.layers.filter(layer => typeof layer === 'string')
}

async function names(directory: string): Promise<string[]> {
  return readdir(directory).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
}
