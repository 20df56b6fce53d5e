import { readText, type Search } from '../search.ts'
import { findBelow } from '../../../../python/source/resolve.ts'
import type { LocatedSettings } from './projects.ts'

/** Which of several settings modules production loads: wsgi.py often names the one for development. */

export const development = /(?:^|[._])(?:dev|develop|development|local|debug|test|testing|staging)$/
const production = [
  'production',
  'prod',
  'settings_production',
  'production_settings',
  'prod_settings',
  'deploy',
  'docker',
  'heroku',
]

/** Files that set the environment of a running app. */
const environments =
  /(?:^|\/)(?:Procfile|Dockerfile[\w.-]*|[\w.-]*\.?Dockerfile|(?:docker-)?compose[\w.-]*\.ya?ml|app\.ya?ml|app\.json|render\.ya?ml|fly\.toml|heroku\.yml|nixpacks\.toml|railway\.toml|[\w.-]+\.service|supervisord?[\w.-]*\.conf|[\w-]*uwsgi[\w.-]*\.ini|[\w-]*(?:start|run|entry|gunicorn)[\w-]*\.sh)$/i

/** Files that a server reads, rather than a platform or a developer's machine. */
const served = /(?:^|\/)(?:Procfile|[\w-]*uwsgi[\w.-]*\.ini)$/i

/** The settings ordered for production: what wsgi.py or manage.py names, unless that is for development and a better one is there. */
export function orderForProduction(
  search: Search,
  directory: string,
  settings: readonly LocatedSettings[],
): LocatedSettings[] {
  const first = settings.find(one => one.place?.file)
  if (!first) return [...settings]
  const environment = settingsInEnvironments(search, directory)
  const firm = environment.find(one => served.test(one.file))
  // `shop.settings` chooses among the modules of its package; what the environment names is the choice.
  const inside = environment.find(one => one.module.startsWith(`${first.module}.`) && !development.test(one.module))
  const better = firm ?? inside
  if (better) return [better, ...settings.filter(one => one.module !== better.module)]
  if (!development.test(first.module)) return [...settings]
  const said = environment.find(one => !development.test(one.module))
  const found =
    said ?? settings.find(one => one.place?.file && !development.test(one.module)) ?? beside(search, directory, first)
  return found ? [found, ...settings.filter(one => one.module !== found.module)] : [...settings]
}

export function settingsInEnvironments(search: Search, directory: string): LocatedSettings[] {
  return search.texts.files.flatMap(file => {
    if (!environments.test(file) || file.split('/').length > 5) return []
    const lines = (readText(search.texts, file) ?? '').split('\n')
    return lines.flatMap((line, i) => {
      const [, module] = /DJANGO_SETTINGS_MODULE["']?\s*[=:\s]\s*["']?([\w.]+)/.exec(line.slice(0, 500)) ?? []
      const place = module === undefined ? null : findBelow(search.evaluator.tree, directory, module)
      return module !== undefined && place?.file ? [{ module, file, line: i + 1, place }] : []
    })
  })
}

/** `config.settings.production` beside `config.settings.local`. */
function beside(search: Search, directory: string, named: LocatedSettings): LocatedSettings | null {
  const dot = named.module.lastIndexOf('.')
  if (dot === -1) return null
  for (const name of production) {
    const module = `${named.module.slice(0, dot)}.${name}`
    const place = findBelow(search.evaluator.tree, directory, module)
    if (place?.file) return { module, file: place.file, line: 1, place }
  }
  return null
}
