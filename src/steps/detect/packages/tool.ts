import type { Because } from '../../../model/because.ts'
import { readPyproject } from '../../../python/manifest/pyproject.ts'
import { locate } from '../../../python/toml/locate.ts'
import { tableAt } from '../../../python/toml/table.ts'
import { contentOf, type Claim } from './manager.ts'
import { hasFile, pathIn, type Place } from './place.ts'

interface Tool {
  readonly manager: 'uv' | 'poetry' | 'pdm'
  readonly lock: string
}

/** The managers that keep pyproject.toml: their lock says it is they, else their own table. */
export function claimTool(place: Place, { manager, lock }: Tool): Claim | null {
  const file = pathIn(place, 'pyproject.toml')
  const lockFile = hasFile(place, lock) ? pathIn(place, lock) : null
  const tabled = lockFile === null ? findTable(place, manager, file) : null
  if (lockFile === null && tabled === null) return null
  return {
    manager,
    lock: lockFile,
    manifest: place.checkout.has(file) ? file : null,
    because: lockFile === null ? (tabled ?? []) : [{ file: lockFile, line: null, text: `${lock} is there` }],
    kind: 'tool',
    read: () => contentOf(readPyproject(file, place.checkout), place),
  }
}

/** A table that only sets the tool up beside a project without dependencies says nothing of packages. */
function findTable(place: Place, manager: string, file: string): Because | null {
  const pyproject = readPyproject(file, place.checkout)
  if (pyproject === null || !pyproject.tools.has(manager) || !pyproject.declares) return null
  if (manager === 'poetry' && tableAt(pyproject.table, 'tool', 'poetry', 'dependencies') === null) return null
  const text = place.checkout.text(file) ?? ''
  const below = Object.keys(tableAt(pyproject.table, 'tool', manager) ?? {})[0]
  const line = below === undefined ? null : (locate(text, ['tool', manager], below) ?? lineOf(text, `[tool.${manager}`))
  return [{ file, line, text: `[tool.${manager}] is set, without a lock` }]
}

function lineOf(text: string, start: string): number | null {
  const index = text.split('\n').findIndex(line => line.trimStart().replace('[[', '[').startsWith(start))
  return index === -1 ? null : index + 1
}
