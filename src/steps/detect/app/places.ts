/** Which directories hold the app and which hold something beside it. */

/** Installed, generated or template code: nobody's source. */
const never =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|bower_components|__pycache__|\.[^/]+|venv|virtualenv|[^/]*\{\{[^/]*|[^/]*\{%[^/]*|egg-info|third[_-]?party|vendored?|_vendor)\//

/** Tests, documentation and tools: never the app, even when nothing else is there. */
const beside =
  /(?:^|\/)(?:tests?|testing|unit_?tests?|integration[_-]?tests?|e2e|test[_-](?:project|app|apps|site|settings|proj)|testapp|testproject|testsite|regression|[\w-]*e2e[\w-]*|tests[_-]\w+|[\w-]+[_-]tests?|docs?|documentation|docs_src|bench(?:marks?)?|perf|migrations|alembic|notebooks?|stubs|typings|fixtures|ci|githooks)\//i

/** Shown rather than run: an app only when the repository is about nothing else. */
const shown =
  /^contrib\/|(?:^|\/)(?:examples?|samples?|sample[_-]?apps?|example[_-]?\w+|\w+[_-]examples?|demos?|demo[_-]\w+|sandbox|playground|tutorials?|snippets|templates?|cookbook|experiments?|scripts?|tools?|utils?|hack|dev|local|research|labs?|exercises?|lessons?|chapters?|assets|static|extras?|archived?(?:_\w+)?|archives|old|legacy|deprecated|backup|bak|attic)\//i

/** One of a series: the third of ten demonstrations is not the app. */
const numbered =
  /(?:^|\/)(?:chapter|lesson|demo|example|exercise|lab|step|part|day|week|session|unit|tutorial|ex|ch)[-_ ]?\d+[\w-]*(?:\/|\.py$)/i

const testFile =
  /(?:^|\/)(?:conftest|test_[^/]*|[^/]*_tests?|locustfile|noxfile|fabfile|gunicorn[^/]*conf[^/]*|gunicorn[_.-]?config|hypercorn[^/]*)\.py$/i

export type Place = 'app' | 'shown' | 'beside' | 'never'

export function isNeverSource(file: string): boolean {
  return never.test(file)
}

/** Where a file stands, by its path alone. */
export function placeOf(file: string): Place {
  if (never.test(file)) return 'never'
  if (beside.test(file) || testFile.test(file)) return 'beside'
  return shown.test(file) || numbered.test(file) ? 'shown' : 'app'
}

/** Names that people and servers look for, most telling first. They decide only between otherwise equal objects. */
const names = [
  'wsgi',
  'asgi',
  'main',
  'app',
  'application',
  'server',
  'index',
  'run',
  'api',
  'webapp',
  'web',
  '__init__',
  '__main__',
  'home',
  'start',
  'serve',
  'runserver',
  'streamlit_app',
  'gradio_app',
  'demo',
  'webui',
  'dashboard',
]

/** Files that hold an app for another purpose: a worker's context, a command line. */
const helpers =
  /^(?:manage|celery\w*|\w*celery|tasks?|\w*worker\w*|cli|shell|migrate|seed\w*|init_?db|create_?db|db_\w+|fabfile|console|scheduler|cron|debug|dev|\w*_dev|local|autoapp_cli|lambda\w*|\w*lambda|handler|locustfile|profile\w*|generate\w*|export\w*|dump\w*|\w*mock\w*|mock\w*|\w*example\w*|(?:update|sync|import|check|send|process|fix|delete|reset|add|load|populate|setup|clear|download|upload|train|get|fetch|make|create)_\w+|\w*demo\w*|\w*old|old\w*|\w*backup\w*|\w*tests?|test\w*|conftest|settings|config)$/i

/** The rank of a name that tells nothing; a helper's is larger. */
export const lastName = names.length

/** Smaller is more telling. */
export function rankName(file: string): number {
  const parts = file.replace(/\.py$/, '').split('/')
  const stem = (parts.at(-1) ?? '').toLowerCase().replace(/^\d+_/, '')
  if (helpers.test(stem) || /^_[^_]/.test(stem)) return names.length + 1
  const index = names.indexOf(stem)
  return index === -1 ? names.length : index
}

const attributes = [
  'app',
  'application',
  'wsgi_app',
  'asgi_app',
  'wsgi',
  'asgi',
  'server',
  'api',
  'create_app',
  'make_app',
  'create_application',
  'get_app',
  'build_app',
  'get_application',
  'app_factory',
  'main',
]

/** Smaller is more telling. */
export function rankAttribute(name: string): number {
  const index = attributes.indexOf(name)
  if (index !== -1) return index
  return name.startsWith('_') || /test|debug|mock|celery|cli/i.test(name) ? attributes.length + 1 : attributes.length
}

export function depthOf(path: string): number {
  return path === '' ? 0 : path.split('/').length
}
