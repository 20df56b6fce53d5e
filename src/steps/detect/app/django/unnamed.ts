import { findOrigin } from '../../../../python/source/origin.ts'
import { moduleName } from '../../../../python/source/resolve.ts'
import { placeOf } from '../places.ts'
import type { Search } from '../search.ts'
import { development, settingsInEnvironments } from './production.ts'
import { isBelow, type LocatedSettings } from './projects.ts'

/** Settings modules of a project in which neither wsgi.py nor manage.py names one: whoever starts it has to. */
export interface UnnamedSettings {
  /** The one that production means; null when that is not clear. */
  readonly choice: LocatedSettings | null
  readonly all: readonly LocatedSettings[]
}

const production = /(?:^|[._])(?:production|prod|live|deploy|heroku|docker)$/
const beside = /(?:^|[._])(?:ci|testing|tests?|example|sample|template)(?:$|[._])/

export function findUnnamed(search: Search, directory: string): UnnamedSettings {
  const all = findAll(search, directory)
  const [said] = settingsInEnvironments(search, directory)
  if (said) return { choice: said, all }
  const named = all.filter(one => production.test(one.module))
  const rest = all.filter(one => !development.test(one.module) && !beside.test(one.module))
  const clear = named.length > 0 ? named : rest.length > 0 ? rest : all
  return { choice: clear.length === 1 ? (clear[0] ?? null) : null, all }
}

/** Files called settings that have what every project's settings have, their star imports followed. */
function findAll({ evaluator }: Search, directory: string): LocatedSettings[] {
  const { tree } = evaluator
  const called = tree.files.filter(
    file =>
      isBelow(file, directory) &&
      /(?:^|\/)(?:\w*settings\w*\.py$|settings\/\w+\.py$|config\/\w+\.py$)/.test(file) &&
      placeOf(file) !== 'beside',
  )
  const found = called.slice(0, 100).filter(file => findOrigin(tree, file, 'INSTALLED_APPS')?.kind === 'bound')
  return found.flatMap(file => {
    const module = moduleName(file, directory)
    return module === null ? [] : [{ module, file, line: 1, place: { file, directory: null } }]
  })
}
