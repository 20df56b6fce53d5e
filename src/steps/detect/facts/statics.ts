import type { StaticFact } from '../../../model/project.ts'
import { parentOf } from '../../../python/source/resolve.ts'
import { walk, type Statement } from '../../../python/source/statement.ts'
import { argument, dotted, stringOf, values, type CallValue } from '../../../python/source/value.ts'
import { evaluate } from '../value/evaluate.ts'
import { appFiles, fromRoot, inRepository, reason, setting, type Ground } from './ground.ts'

/**
 * What nginx may serve itself: directories that the app publishes under a fixed URL prefix. `isThere` says which of them the image will
 * hold, relative to the repository.
 */
export function findStatics(ground: Ground, isThere: (directory: string) => boolean): StaticFact[] {
  if (ground.framework?.name === 'django') return djangoStatics(ground)
  const found = appFiles(ground)
    .flatMap(file => fileStatics(ground, file))
    .filter(({ directory }) => isThere(inRepository(ground, directory)))
  const byUrl = new Map<string, StaticFact>()
  for (const fact of found) if (!byUrl.has(fact.url)) byUrl.set(fact.url, fact)
  return [...byUrl.values()]
}

/** Where collected files go when the settings name no STATIC_ROOT. */
export const defaultStaticRoot = 'staticfiles'

function djangoStatics(ground: Ground): StaticFact[] {
  const installed = setting(ground, 'INSTALLED_APPS')
  const inSettings =
    ground.settingsFile === null
      ? ''
      : ground.tree.files
          .filter(file => sameDirectory(file, ground.settingsFile))
          .map(file => ground.tree.text(file))
          .join('\n')
  if (!/['"]django\.contrib\.staticfiles(?:\.apps\.\w+)?['"]/.test(inSettings)) return []
  // Empty where a bucket's variable is: without it Django would refuse it, so another of its values holds.
  const url = prefix(setting(ground, 'STATIC_URL')?.known.text || 'static/')
  if (url === null) return [] // Another host serves them.
  const root = setting(ground, 'STATIC_ROOT')
  const path = root?.known.path ?? (root?.known.text && !root.known.text.startsWith('/') ? root.known.text : null)
  const directory = path === null ? null : fromRoot(ground, path)
  return [
    {
      url,
      directory: directory || defaultStaticRoot,
      collected: true,
      because: root?.because ?? installed?.because ?? [],
    },
  ]
}

function sameDirectory(file: string, settings: string | null): boolean {
  return settings !== null && (file === settings || parentOf(file) === parentOf(settings))
}

/** `/static/` from `static/`, `/static` or `static`; null for another host, the root, or what nginx should not match. */
function prefix(url: string): string | null {
  if (/^(?:[a-z]+:)?\/\//i.test(url)) return null
  const path = `/${url.replace(/^\/+|\/+$/g, '')}/`
  return path === '//' || !/^\/[\w./@~-]+\/$/.test(path) || path.includes('..') ? null : path
}

function fileStatics(ground: Ground, file: string): StaticFact[] {
  const text = ground.tree.text(file)
  if (!/StaticFiles|Flask\(|Quart\(|\.static\(/.test(text)) return []
  const found: StaticFact[] = []
  for (const call of calls(ground.tree.module(file).body)) {
    const name =
      (dotted(call.callee) ?? (call.callee.kind === 'attribute' ? call.callee.name : '')).split('.').at(-1) ?? ''
    const fact =
      name === 'Flask' || name === 'Quart' ? flaskStatic(ground, file, call) : mounted(ground, file, call, name)
    if (fact) found.push(fact)
  }
  return found
}

/** Flask serves `static` beside the module under /static, unless told otherwise. */
function flaskStatic(ground: Ground, file: string, call: CallValue): StaticFact | null {
  const folder = call.keywords.get('static_folder')
  const folderName = folder ? stringOf(folder) : 'static'
  const known = folder && folderName === null ? evaluate(folder, { tree: ground.tree, file }) : null
  const directory = known?.path ?? (folderName === null ? null : resolveBeside(file, folderName))
  const urlPath = call.keywords.get('static_url_path')
  const url = prefix(urlPath ? (stringOf(urlPath) ?? '') : `/${(directory ?? '').split('/').at(-1)}`)
  return served(ground, file, call, url, directory)
}

function resolveBeside(file: string, folder: string): string | null {
  if (folder.startsWith('/')) return null
  const parts = parentOf(file).split('/').filter(Boolean)
  for (const part of folder.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}

/** Starlette's `app.mount("/static", StaticFiles(directory=…))` and `Mount(…)`, Sanic's `app.static("/static", "./static")`. */
function mounted(ground: Ground, file: string, call: CallValue, name: string): StaticFact | null {
  const place = { tree: ground.tree, file }
  const first = argument(call, 0, 'path') ?? call.keywords.get('uri') ?? null
  const url = first ? prefix(evaluate(first, place).text ?? '') : null
  if (name === 'static' && ground.framework?.name === 'sanic')
    return served(ground, file, call, url, pathOf(ground, argument(call, 1), place))
  if (name !== 'mount' && name !== 'Mount') return null
  const inner = argument(call, 1, 'app')
  if (inner?.kind !== 'call' || dotted(inner.callee)?.split('.').at(-1) !== 'StaticFiles') return null
  if (inner.keywords.has('packages')) return null
  return served(ground, file, call, url, pathOf(ground, argument(inner, 0, 'directory'), place))
}

function pathOf(
  ground: Ground,
  value: ReturnType<typeof argument>,
  place: Parameters<typeof evaluate>[1],
): string | null {
  if (!value) return null
  const known = evaluate(value, place)
  if (known.path !== null) return known.path
  if (known.text === null || known.text.startsWith('/')) return null
  const inner = resolveBeside('', known.text)
  return inner === null || ground.root === '' ? inner : `${ground.root}/${inner}`
}

function served(
  ground: Ground,
  file: string,
  call: CallValue,
  url: string | null,
  directory: string | null,
): StaticFact | null {
  if (url === null || directory === null || directory === '') return null
  const inner = fromRoot(ground, directory)
  return inner ? { url, directory: inner, collected: false, because: [reason(ground.tree, file, call.line)] } : null
}

/** Every call of a module, functions included: apps are made in factories too. */
export function* calls(body: readonly Statement[]): Generator<CallValue> {
  for (const { statement } of walk(body)) {
    if (statement.kind === 'function' || statement.kind === 'class') yield* calls(statement.body)
    if (statement.kind !== 'expression' && statement.kind !== 'assign' && statement.kind !== 'return') continue
    if (!statement.value) continue
    for (const value of values(statement.value)) if (value.kind === 'call') yield value
  }
}
