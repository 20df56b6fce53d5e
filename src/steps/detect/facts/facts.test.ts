import { expect, test } from 'vitest'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { AppFact, FrameworkFact } from '../../../model/project.ts'
import { createSourceTree } from '../../../python/source/tree.ts'
import { findData } from './data.ts'
import type { Ground } from './ground.ts'
import { findLibraries } from './libraries.ts'
import { findMigrations } from './migrations.ts'
import { appName } from './name.ts'
import { findProcesses } from './processes.ts'
import { splitCommand } from './procfile.ts'
import { findSecrets } from './secrets.ts'
import type { StaticFact } from '../../../model/project.ts'
import { findStatics } from './statics.ts'
import { findTests } from './tests.ts'

const app: AppFact = {
  interface: 'wsgi',
  module: 'app',
  attribute: 'app',
  factory: false,
  script: null,
  path: '',
  omits: [],
  because: [],
}

function ground(
  files: Record<string, string>,
  framework: string | null = null,
  rest: Partial<Ground> & { packages?: readonly string[] } = {},
): Ground {
  const paths = Object.keys(files).sort()
  const checkout = {
    root: '/repo',
    files: paths,
    specials: [],
    submodules: [],
    git: false,
    has: path => path in files,
    hasDirectory: path => paths.some(file => file.startsWith(`${path}/`)),
    children: () => [],
    text: path => files[path] ?? null,
  } satisfies Checkout
  const fact: FrameworkFact | null = framework ? { name: framework, version: null, settings: null, because: [] } : null
  const packages = new Set(rest.packages ?? [])
  return {
    checkout,
    tree: createSourceTree(checkout),
    root: '',
    app,
    framework: fact,
    settingsFile: null,
    requires: name => packages.has(name),
    ...rest,
  }
}

const settings = `from pathlib import Path
import os
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
INSTALLED_APPS = ["django.contrib.staticfiles", "django.contrib.gis"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "public"
MEDIA_ROOT = BASE_DIR / "media"
`
const staticsOf = (on: Ground): readonly StaticFact[] =>
  findStatics(on, directory => on.checkout.hasDirectory(directory))

const shop = (): Ground =>
  ground(
    { 'shop/settings.py': settings, 'manage.py': '', 'shop/tests.py': 'from django.test import TestCase' },
    'django',
    { settingsFile: 'shop/settings.py' },
  )

test('Django: static files, data, migrations, secrets and tests come from the settings', () => {
  expect(staticsOf(shop())).toMatchObject([
    { url: '/static/', directory: 'public', collected: true, because: [{ file: 'shop/settings.py', line: 8 }] },
  ])
  expect(findData(shop())).toMatchObject([
    { path: 'db.sqlite3', kind: 'sqlite' },
    { path: 'media', kind: 'directory' },
  ])
  expect(findMigrations(shop())).toMatchObject({
    tool: 'django',
    command: ['python', 'manage.py', 'migrate', '--noinput'],
  })
  expect(findSecrets(shop())).toMatchObject([{ name: 'DJANGO_SECRET_KEY', required: true, because: [{ line: 4 }] }])
  expect(findTests(shop())).toMatchObject({ runner: 'django' })
  expect(findLibraries(shop())).toMatchObject([{ name: 'gdal' }])
})

test('a Django project without a database has nothing to migrate', () => {
  const none = { 's/settings.py': 'DATABASES = {}\n', 'manage.py': '' }
  expect(findMigrations(ground(none, 'django', { settingsFile: 's/settings.py' }))).toBeNull()
})

test.each([
  ['filled by key', 'DATABASES = {}\nDATABASES["default"] = dj_database_url.config()\n'],
  [
    'set before, under a condition',
    'if LITE:\n    DATABASES = {"default": {}}\nif "DATABASES" not in locals():\n    DATABASES = {}\n',
  ],
])('an empty DATABASES is one all the same when it is %s', (_, text) => {
  const files = { 's/settings.py': text, 'manage.py': '' }
  expect(findMigrations(ground(files, 'django', { settingsFile: 's/settings.py' }))).toMatchObject({ tool: 'django' })
})

test.each([
  ['a sum', "x = os.environ.get('URL') or 'sqlite:///' + os.path.join(here, 'app.db')", 'app.db'],
  ['a longer sum', "x = 'sqlite:///' + here + '/data/' + 'app.db'", 'data/app.db'],
  ['an f-string', "x = f'sqlite+aiosqlite:///{here}/app.db'", 'app.db'],
  ['an f-string of a path', 'x = f\'sqlite:///{Path(__file__).parent / "app.db"}\'', 'app.db'],
  ['str()', "def make():\n    return config(default='sqlite:///' + str(Path(here) / 'app.db'))", 'app.db'],
  ['%', "x = 'sqlite:///%s' % os.path.join(here, 'app.db')", 'app.db'],
  ['format', "x = 'sqlite:///{}'.format(os.path.join(here, 'app.db'))", 'app.db'],
  ['a default of the environment', "name = os.getenv('NAME', 'app.db')\nx = f'sqlite:///{name}'", 'app.db'],
  ['a place nobody knows', "x = f'sqlite:///{place()}/app.db'", null],
  ['a place outside', "x = 'sqlite:////' + 'var/app.db'", null],
])('an SQLite database by a URL that is put together: %s', (_, text, path) => {
  const files = { 'config.py': `import os\nhere = os.path.abspath(os.path.dirname(__file__))\n${text}\n` }
  expect(findData(ground(files)).map(one => one.path)).toEqual(path === null ? [] : [path])
})

test('an address made of a bucket that has no value here is not the one that holds', () => {
  const bucket = `BUCKET = os.environ.get("BUCKET", "")\nAT = f"https://{BUCKET}.s3.example.com/" if BUCKET else ""\n`
  const text = `${settings}${bucket}if BUCKET:\n    STATIC_URL = AT\n`
  const files = { 'config/settings.py': text }
  const found = findStatics(ground(files, 'django', { settingsFile: 'config/settings.py' }), () => true)
  expect(found.map(({ url }) => url)).toEqual(['/static/'])
})

test('static files of another host are not ours', () => {
  const cdn = settings.replace('"static/"', '"https://cdn.example.com/s/"')
  expect(staticsOf(ground({ 's/settings.py': cdn }, 'django', { settingsFile: 's/settings.py' }))).toEqual([])
})

test('Flask serves static beside its module, in a factory too', () => {
  const files = {
    'notes/__init__.py': 'from flask import Flask\ndef create_app():\n    app = Flask(__name__)\n    return app\n',
    'notes/static/a.css': '',
  }
  expect(staticsOf(ground(files, 'flask'))).toMatchObject([
    { url: '/static/', directory: 'notes/static', collected: false },
  ])
  const moved = {
    'app.py': 'from flask import Flask\napp = Flask(__name__, static_folder="web/dist", static_url_path="/assets")',
    'web/dist/a.css': '',
  }
  expect(staticsOf(ground(moved, 'flask'))).toMatchObject([{ url: '/assets/', directory: 'web/dist' }])
  const atRoot = { 'app.py': 'from flask import Flask\napp = Flask(__name__, static_url_path="")', 'static/a.css': '' }
  expect(staticsOf(ground(atRoot, 'flask'))).toEqual([])
})

test('Starlette’s mounts, where the directory is in the repository', () => {
  const source = (directory: string, url = '"/static"'): Record<string, string> => ({
    'api/main.py': `from pathlib import Path\napp.mount(${url}, StaticFiles(directory=${directory}), name="static")`,
    'api/static/x.js': '',
    'static/y.js': '',
  })
  expect(staticsOf(ground(source('"static"'), 'fastapi'))).toMatchObject([{ url: '/static/', directory: 'static' }])
  expect(staticsOf(ground(source('Path(__file__).parent / "static"'), 'fastapi'))).toMatchObject([
    { directory: 'api/static' },
  ])
  expect(staticsOf(ground(source('"made-later"'), 'fastapi'))).toEqual([])
  expect(staticsOf(ground(source('"static"', '"/"'), 'fastapi'))).toEqual([])
})

test('secrets that any random value serves, not those another party gives out', () => {
  const source = `import os
A = os.environ["SECRET_KEY"]
B = os.getenv("JWT_SECRET", "dev")
C = os.environ["AWS_SECRET_ACCESS_KEY"]
D = os.environ["GITHUB_CLIENT_SECRET"]
class Settings(BaseSettings):
    session_secret: str
    app_secret: str = "x"
`
  expect(findSecrets(ground({ 'config.py': source })).map(({ name, required }) => [name, required])).toEqual([
    ['APP_SECRET', false],
    ['JWT_SECRET', false],
    ['SECRET_KEY', true],
    ['SESSION_SECRET', true],
  ])
})

test('SQLite beside the code is data', () => {
  const files = {
    'a.py': 'URL = "sqlite:///./app.db"\n# "sqlite:///comment.db"\nM = "sqlite:///:memory:"\nX = "sqlite:////abs/x.db"',
    'b.py': 'import sqlite3\nc = sqlite3.connect("notes.sqlite")',
  }
  expect(findData(ground(files)).map(({ path }) => path)).toEqual(['app.db', 'notes.sqlite'])
  expect(
    findData(ground({ 'a.py': 'U = "sqlite:///x.db"' }, 'flask', { packages: ['flask-sqlalchemy'] })),
  ).toMatchObject([{ path: 'instance/x.db' }])
})

test('a directory that the source makes is data, unless it holds source or what a build makes', () => {
  const source = `from pathlib import Path
import os
UPLOADS = Path(__file__).parent.parent / "uploads"
CODE = Path(__file__).parent / "views"
def save():
    UPLOADS.mkdir(exist_ok=True)
    CODE.mkdir(exist_ok=True)
    os.makedirs(os.path.join(os.path.dirname(__file__), "static"), exist_ok=True)
    Path("/var/lib/x").mkdir()
`
  expect(findData(ground({ 'api/main.py': source, 'api/views/a.py': '' }))).toMatchObject([
    { path: 'uploads', kind: 'directory', because: [{ line: 6 }] },
  ])
})

test('a Procfile names processes; what needs a shell is said, not guessed', () => {
  const procfile =
    'web: gunicorn app:app\nworker: rq worker "high low" $QUEUE\nrelease: flask db upgrade && flask seed\n'
  const { processes, notes } = findProcesses(ground({ Procfile: procfile }))
  expect(processes.map(({ name, command }) => [name, command])).toEqual([
    ['web', null],
    ['worker', ['rq', 'worker', 'high low', '$QUEUE']],
  ])
  expect(notes).toMatchObject([{ code: 'process-needs-shell', because: [{ line: 3 }] }])
})

test('Celery’s worker and beat follow from the source', () => {
  const files = {
    'proj/celery.py': 'from celery import Celery\napp = Celery("proj")\napp.conf.beat_schedule = {}\n',
    'proj/__init__.py': '',
  }
  expect(findProcesses(ground(files, null, { packages: ['celery'] })).processes.slice(1)).toMatchObject([
    { name: 'worker', command: ['celery', '-A', 'proj.celery:app', 'worker', '--loglevel', 'INFO'] },
    { name: 'beat' },
  ])
  expect(findProcesses(ground(files)).processes).toHaveLength(1)
})

test.each([
  [
    { 'shop/tasks.py': 'import dramatiq\n@dramatiq.actor\ndef mail(): ...\n', 'shop/__init__.py': '' },
    'dramatiq',
    ['dramatiq', 'shop.tasks'],
  ],
  [
    { 'jobs.py': 'from dramatiq import actor\n@actor(max_retries=1)\ndef a(): ...\n' },
    'dramatiq',
    ['dramatiq', 'jobs'],
  ],
  [{ 'worker.py': 'class WorkerSettings:\n    functions = []\n' }, 'arq', ['arq', 'worker.WorkerSettings']],
] as const)('a worker follows from the source: %j', (files, name, command) => {
  expect(findProcesses(ground(files, null, { packages: [name] })).processes[1]).toMatchObject({
    name: 'worker',
    command,
  })
  expect(findProcesses(ground(files)).processes).toHaveLength(1)
  const Procfile = `tasks: ${command.join(' ')}\n`
  expect(findProcesses(ground({ ...files, Procfile }, null, { packages: [name] })).processes).toHaveLength(2)
})

test.each([
  ['django_rq', 'rqworker'],
  ['huey.contrib.djhuey', 'run_huey'],
])('%s among the installed apps brings its worker', (app, command) => {
  const files = { 'manage.py': '', 'settings.py': `INSTALLED_APPS = [\n    "${app}",\n]\n` }
  expect(findProcesses(ground(files, 'django', { settingsFile: 'settings.py' })).processes[1]).toMatchObject({
    command: ['python', 'manage.py', command],
  })
})

test('migrations of Alembic and Flask-Migrate, only where the packages bring them', () => {
  expect(findMigrations(ground({ 'alembic.ini': '' }, null, { packages: ['alembic'] }))).toMatchObject({
    tool: 'alembic',
  })
  expect(findMigrations(ground({ 'alembic.ini': '' }))).toBeNull()
  const env = { 'migrations/env.py': 'from flask import current_app' }
  expect(findMigrations(ground(env, 'flask', { packages: ['flask-migrate'] }))).toMatchObject({
    command: ['flask', '--app', 'app:app', 'db', 'upgrade'],
  })
})

test('names fit for every target', () => {
  expect(appName('My App!', '/x')).toBe('my-app')
  expect(appName(null, '/srv/3D_Éditor')).toBe('d-editor')
  expect(appName('42', '/srv/42')).toBe('app')
  expect(appName('x'.repeat(60), '/x')).toHaveLength(40)
})

test('commands are split as sh would, and refused where only sh could run them', () => {
  expect(splitCommand(`exec gunicorn "a b" 'c d' e\\ f --x=$PORT`)).toEqual([
    'gunicorn',
    'a b',
    'c d',
    'e f',
    '--x=$PORT',
  ])
  for (const text of ['a && b', 'a | b', 'a; b', 'echo $(id)', 'echo `id`', 'A=1 b', 'a > f', "it's", 'ls *.py'])
    expect(splitCommand(text), text).toBeNull()
})

test('psycopg alone looks for libpq by name', () => {
  const files = { 'app.py': 'import psycopg\n' }
  expect(findLibraries(ground(files, null, { packages: ['psycopg'] }))).toMatchObject([
    { name: 'pq', because: [{ file: 'app.py', line: 1 }] },
  ])
  expect(findLibraries(ground(files, null, { packages: ['psycopg', 'psycopg-binary'] }))).toEqual([])
})
