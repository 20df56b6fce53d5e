import type { DataFact } from '../../../model/project.ts'
import { dotted, stringOf, type CallValue, type Value } from '../../../python/source/value.ts'
import { evaluate } from '../value/evaluate.ts'
import { appFiles, fromRoot, reason, setting, type Ground } from './ground.ts'
import { sqliteUrls } from './sqlite-urls.ts'
import { calls } from './statics.ts'

/** Places beside the code that the app writes and expects to find again: a release must not take them with it when it goes. */
export function findData(ground: Ground): DataFact[] {
  const found = [
    ...djangoData(ground),
    ...appFiles(ground).flatMap(file => sourceData(ground, file).concat(madeDirectories(ground, file))),
  ]
  const byPath = new Map<string, DataFact>()
  for (const fact of found) if (!byPath.has(fact.path)) byPath.set(fact.path, fact)
  return [...byPath.values()]
}

function djangoData(ground: Ground): DataFact[] {
  const found: DataFact[] = []
  const databases = setting(ground, 'DATABASES')
  const file = databases?.because[0]?.file
  if (databases && file && databases.value.kind === 'dict') {
    for (const { value } of databases.value.entries) {
      const name = value.kind === 'dict' ? entry(value, 'NAME') : null
      const engine = value.kind === 'dict' ? entry(value, 'ENGINE') : null
      const engineText = engine ? evaluate(engine, { tree: ground.tree, file }).text : null
      if (!name || !engineText?.includes('sqlite3')) continue
      const path = placeOf(ground, name, file)
      if (path) found.push({ path, kind: 'sqlite', because: [reason(ground.tree, file, name.line)] })
    }
  }
  const media = setting(ground, 'MEDIA_ROOT')
  const mediaPath = media && media.because[0] ? placeOf(ground, media.value, media.because[0].file) : null
  if (media && mediaPath) found.push({ path: mediaPath, kind: 'directory', because: media.because })
  return found
}

function entry(dict: Value & { kind: 'dict' }, key: string): Value | null {
  return dict.entries.find(item => item.key && stringOf(item.key) === key)?.value ?? null
}

/** A place of the repository as seen from the app's root; a bare relative name counts from there. */
function placeOf(ground: Ground, value: Value, file: string): string | null {
  const known = evaluate(value, { tree: ground.tree, file })
  if (known.path !== null) return fromRoot(ground, known.path) || null
  return known.text === null ? null : relative(known.text)
}

function relative(text: string): string | null {
  if (text === '' || text === ':memory:' || text.startsWith('/') || text.includes('\0')) return null
  const parts = text.split('/').filter(part => part !== '.' && part !== '')
  return parts.length === 0 || parts.includes('..') ? null : parts.join('/')
}

/** SQLite as SQLAlchemy, Tortoise and sqlite3 name it in source; three slashes are a relative path. */
function sourceData(ground: Ground, file: string): DataFact[] {
  const text = ground.tree.text(file)
  if (!/sqlite/.test(text)) return []
  const found: DataFact[] = []
  for (const [i, line] of text.split('\n').entries()) {
    if (line.length > 500 || /^\s*#/.test(line)) continue
    const url = /["']sqlite(?:\+\w+)?:\/\/\/([\w./-]+)["']/.exec(line)?.[1]
    const path = url ? relative(url) : null
    if (path)
      found.push({ path: inInstance(ground, path), kind: 'sqlite', because: [reason(ground.tree, file, i + 1)] })
  }
  for (const { line, parts } of sqliteUrls(ground.tree.module(file).body)) {
    const path = putTogether(ground, parts, file)
    if (path) found.push({ path, kind: 'sqlite', because: [reason(ground.tree, file, line)] })
  }
  for (const call of calls(ground.tree.module(file).body)) {
    if (!/^(?:sqlite3|aiosqlite)\.connect$/.test(dotted(call.callee) ?? '') || !call.args[0]) continue
    const path = placeOf(ground, call.args[0], file)
    if (path) found.push({ path, kind: 'sqlite', because: [reason(ground.tree, file, call.line)] })
  }
  return found
}

/** What a URL is made of, as one place: from a known path on, or relative to where the app runs. */
function putTogether(ground: Ground, parts: readonly (string | Value)[], file: string): string | null {
  const known = parts.map(part =>
    typeof part === 'string' ? { text: part, path: null } : evaluate(part, { tree: ground.tree, file }),
  )
  const [first, ...rest] = known
  const tail = rest.map(({ text }) => text)
  if (first === undefined || tail.includes(null)) return null
  const start = first.path ?? first.text
  const path =
    start === null ? null : relative(`${start}${tail.join('')}`.replace(first.path === '' ? /^\/+/ : /^$/, ''))
  if (path === null) return null
  return first.path === null ? inInstance(ground, path) : fromRoot(ground, path) || null
}

/** Flask-SQLAlchemy 3 puts relative databases into the instance folder. */
function inInstance(ground: Ground, path: string): string {
  return ground.requires('flask-sqlalchemy') && !path.startsWith('instance/') ? `instance/${path}` : path
}

/** Directories the source makes for itself, by a path that is known: `UPLOADS.mkdir()`, `os.makedirs(UPLOADS)`. */
function madeDirectories(ground: Ground, file: string): DataFact[] {
  const { tree } = ground
  if (!/\.mkdir\(|makedirs\(/.test(tree.text(file))) return []
  const found: DataFact[] = []
  for (const call of calls(tree.module(file).body)) {
    const made = madeBy(call)
    const known = made ? evaluate(made, { tree, file }).path : null
    const path = known === null ? null : fromRoot(ground, known)
    if (known === null || !path || holdsSource(ground, known)) continue
    found.push({ path, kind: 'directory', because: [reason(tree, file, call.line)] })
  }
  return found
}

function madeBy(call: CallValue): Value | null {
  const callee = dotted(call.callee)
  if (callee === 'os.makedirs' || callee === 'os.mkdir' || callee === 'makedirs') return call.args[0] ?? null
  return call.callee.kind === 'attribute' && call.callee.name === 'mkdir' ? call.callee.of : null
}

/** A directory with code, templates or static files is replaced by every release: it is no place for data. */
function holdsSource({ checkout }: Ground, path: string): boolean {
  if (
    /(?:^|\/)(?:static|staticfiles|templates|migrations|assets|build|dist|__pycache__|tmp|temp|cache|\.cache)(?:\/|$)/.test(
      path,
    )
  )
    return true
  return checkout.files.some(file => file.startsWith(`${path}/`) && /\.(?:py|html|css|js|toml)$/.test(file))
}
