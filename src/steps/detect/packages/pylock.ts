import { readPyproject } from '../../../python/manifest/pyproject.ts'
import { contentOf, type FindClaim } from './manager.ts'
import { pathIn } from './place.ts'

/** The standard's lock (PEP 751), whichever tool wrote it: `pylock.toml`, or `pylock.NAME.toml` when it is the only one. */
export const findPylock: FindClaim = place => {
  const { checkout, directory } = place
  const names = checkout
    .children(directory === '.' ? '' : directory)
    .filter(name => /^pylock(?:\.[^.]+)?\.toml$/.test(name))
  const name = names.includes('pylock.toml') ? 'pylock.toml' : names.length === 1 ? names[0] : undefined
  if (name === undefined) return null
  const file = pathIn(place, name)
  const manifest = pathIn(place, 'pyproject.toml')
  const tools = checkout.has(manifest) ? readPyproject(manifest, checkout)?.tools : undefined
  return {
    manager: tools?.has('uv') ? 'uv' : tools?.has('pdm') ? 'pdm' : 'pip',
    lock: file,
    manifest: checkout.has(manifest) ? manifest : null,
    because: [{ file, line: null, text: `${name} is there` }],
    kind: 'tool',
    read: () => contentOf(readPyproject(manifest, checkout), place),
  }
}
