import { readToml } from '../../../python/toml/read.ts'
import { locate } from '../../../python/toml/locate.ts'
import { findOrigin } from '../../../python/source/origin.ts'
import { parentOf } from '../../../python/source/resolve.ts'
import { stringOf } from '../../../python/source/value.ts'
import { placeOf } from './places.ts'
import { readText, type Texts } from './search.ts'
import type { Evaluator } from './thing.ts'

/** A place in the project's own files that names the app: `[tool.fastapi]`, FLASK_APP, a server's configuration, an entry point. */
export interface Naming {
  readonly target: string
  /** `flask` and `fastapi` look for the object themselves when only a module is named. */
  readonly by: 'fastapi' | 'flask' | 'server' | 'script'
  readonly directory: string
  readonly file: string
  readonly line: number | null
  readonly text: string
}

/** What the project's files name, Procfiles and other commands aside. */
export function readNamings(texts: Texts, evaluator: Evaluator): Naming[] {
  return texts.files.flatMap(file => {
    const name = file.split('/').at(-1) ?? ''
    if (placeOf(file) === 'never' && !name.startsWith('.')) return []
    if (placeOf(file) === 'beside' && !/conf/.test(name) && name !== 'setup.py') return []
    if (name === 'pyproject.toml') return readPyproject(texts, file)
    if (/^\.(?:flask)?env(?:\..+)?$/.test(name)) return readEnvironment(texts, file)
    if (/^gunicorn[\w.-]*\.py$/.test(name)) return readGunicorn(evaluator, file)
    if (name === 'setup.cfg' || name === 'setup.py') return readEntryPoints(texts, file)
    if (/^[\w.-]*uwsgi[\w.-]*\.ini$|^uwsgi\.ini$/.test(name)) return readUwsgi(texts, file)
    return []
  })
}

function readPyproject(texts: Texts, file: string): Naming[] {
  const source = readText(texts, file) ?? ''
  let table: Record<string, unknown>
  try {
    table = readToml(source, file)
  } catch {
    // A broken pyproject.toml is named where packages are read.
    return []
  }
  const at = (keys: readonly string[]): unknown =>
    keys.reduce<unknown>((value, key) => (isTable(value) ? value[key] : undefined), table)
  const found: Naming[] = []
  const add = (by: Naming['by'], target: unknown, keys: readonly string[], key: string): void => {
    if (typeof target !== 'string') return
    found.push({
      target,
      by,
      directory: parentOf(file),
      file,
      line: locate(source, keys, key),
      text: `${key} = "${target}"`,
    })
  }
  add('fastapi', at(['tool', 'fastapi', 'entrypoint']), ['tool', 'fastapi'], 'entrypoint')
  for (const keys of [
    ['project', 'scripts'],
    ['tool', 'poetry', 'scripts'],
  ]) {
    const scripts = at(keys)
    if (isTable(scripts))
      for (const [name, target] of Object.entries(scripts).slice(0, 50)) add('script', target, keys, name)
  }
  return found
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readEnvironment(texts: Texts, file: string): Naming[] {
  return lines(texts, file).flatMap(([text, line]) => {
    const [, target] = /^\s*(?:export\s+)?(?:FLASK_APP|QUART_APP|LITESTAR_APP)\s*=\s*["']?([^"'#\s]+)/.exec(text) ?? []
    return target === undefined
      ? []
      : [{ target, by: 'flask' as const, directory: parentOf(file), file, line, text: text.trim() }]
  })
}

function lines(texts: Texts, file: string): [string, number][] {
  const source = readText(texts, file) ?? ''
  return source.length > 200_000 ? [] : source.split('\n').map((text, i) => [text, i + 1])
}

function readGunicorn(evaluator: Evaluator, file: string): Naming[] {
  const origin = findOrigin(evaluator.tree, file, 'wsgi_app')
  const value = origin?.kind === 'bound' && origin.binding.kind === 'value' ? origin.binding.value : null
  const target = stringOf(value)
  return target === null || !value
    ? []
    : [{ target, by: 'server', directory: parentOf(file), file, line: value.line, text: `wsgi_app = "${target}"` }]
}

/** Entry points of setup.py and setup.cfg, by their own notation: `name = package.module:function`. */
function readEntryPoints(texts: Texts, file: string): Naming[] {
  const source = readText(texts, file) ?? ''
  if (!source.includes('console_scripts')) return []
  let group = ''
  return lines(texts, file).flatMap(([text, line]) => {
    group = /console_scripts|gui_scripts|paste\.app_factory|^\s*\[?[\w.-]+\]?\s*(?:=|:)\s*\[?$/.exec(text)?.[0] ?? group
    const [, target] = /["'\s][\w.-]+\s*=\s*([\w.]+:[\w.]+)/.exec(` ${text}`) ?? []
    if (target === undefined || !group.includes('console_scripts')) return []
    return [{ target, by: 'script' as const, directory: parentOf(file), file, line, text: text.trim() }]
  })
}

function readUwsgi(texts: Texts, file: string): Naming[] {
  const values = new Map<string, [string, number]>()
  for (const [text, line] of lines(texts, file)) {
    const [, key, value] = /^\s*(module|wsgi-file|wsgi|mount|callable|chdir)\s*=\s*(\S+)/.exec(text) ?? []
    if (key !== undefined && value !== undefined) values.set(key, [value, line])
  }
  const [module, line] = values.get('module') ?? values.get('wsgi') ?? values.get('wsgi-file') ?? []
  if (module === undefined || line === undefined) return []
  const callable = values.get('callable')?.[0]
  const target = callable === undefined || module.includes(':') ? module : `${module.replace(/\.py$/, '')}:${callable}`
  return [{ target, by: 'server', directory: parentOf(file), file, line, text: `module = ${target}` }]
}
