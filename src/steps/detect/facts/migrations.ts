import type { MigrationsFact } from '../../../model/project.ts'
import { joinPath } from '../../../python/source/resolve.ts'
import { appFiles, setting, type Ground, type Setting } from './ground.ts'

/** What brings the database up to date before a new release serves. An own `init-db` is never guessed: some drop tables. */
export function findMigrations(ground: Ground): MigrationsFact | null {
  if (ground.framework?.name === 'django') return django(ground)
  return flaskMigrate(ground) ?? alembic(ground)
}

function django(ground: Ground): MigrationsFact | null {
  const manage = joinPath(ground.root, 'manage.py')
  const databases = setting(ground, 'DATABASES')
  if (!databases || isNone(ground, databases)) return null
  const because = [
    ...(ground.checkout.has(manage) ? [{ file: manage, line: null, text: 'Django’s manage.py' }] : []),
    ...databases.because,
  ]
  const program = ground.checkout.has(manage) ? ['python', 'manage.py'] : ['django-admin']
  return { tool: 'django', command: [...program, 'migrate', '--noinput'], because }
}

/** `DATABASES = {}` is how a project says that it has none, and migrate would fail; unless the settings fill it or set it anew. */
function isNone({ tree, settingsFile }: Ground, { value, because }: Setting): boolean {
  if (value.kind !== 'dict' || value.entries.length > 0) return false
  const files = new Set([settingsFile, ...because.map(({ file }) => file)].filter(file => file !== null))
  const text = [...files].map(file => tree.text(file)).join('\n')
  const set = text.match(/^[ \t]*DATABASES\s*=(?!=)/gm) ?? []
  return set.length < 2 && !/\bDATABASES\s*(?:\[|\.(?:update|setdefault)\b)/.test(text)
}

function flaskMigrate(ground: Ground): MigrationsFact | null {
  if (!ground.requires('flask-migrate')) return null
  const env = appFiles(ground).find(
    file => /(?:^|\/)migrations\/env\.py$/.test(file) && /current_app/.test(ground.tree.text(file)),
  )
  if (!env || ground.app.module === null) return null
  const app = `${ground.app.module}:${ground.app.attribute}${ground.app.factory ? '()' : ''}`
  const directory = env.slice(ground.root === '' ? 0 : ground.root.length + 1).replace(/\/env\.py$/, '')
  const where = directory === 'migrations' ? [] : ['--directory', directory]
  return {
    tool: 'flask-migrate',
    command: ['flask', '--app', app, 'db', 'upgrade', ...where],
    because: [{ file: env, line: null, text: 'Flask-Migrate’s env.py' }],
  }
}

function alembic(ground: Ground): MigrationsFact | null {
  if (!ground.requires('alembic')) return null
  const ini = joinPath(ground.root, 'alembic.ini')
  if (!ground.checkout.has(ini)) return null
  return {
    tool: 'alembic',
    command: ['alembic', 'upgrade', 'head'],
    because: [{ file: ini, line: null, text: 'Alembic’s alembic.ini' }],
  }
}
