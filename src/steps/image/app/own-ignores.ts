import { posix } from 'node:path'
import ignore from 'ignore'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Plan } from '../../../model/plan.ts'
import { readDockerIgnore } from './docker-ignore.ts'

/** What a repository keeps out of images and archives by files of its own. */
export interface OwnIgnores {
  readonly ignores: (file: string) => boolean
  /** Files that say so and are not heeded: they would leave out the app itself, so that they mean another image than this one. */
  readonly unfit: readonly string[]
}

/**
 * Heeds .dockerignore, of the repository and of the app's own directory, and `export-ignore` of .gitattributes (gitattributes(5)): whoever
 * wrote them has decided already what an image or an archive of this repository does not need.
 */
export function readOwnIgnores(checkout: Checkout, plan: Pick<Plan, 'root' | 'image'>): OwnIgnores {
  const root = plan.root === '.' ? '' : plan.root
  const matchers: ((file: string) => boolean)[] = []
  const unfit: string[] = []
  for (const directory of new Set(['', root])) {
    const file = posix.join(directory, '.dockerignore')
    const text = checkout.has(file) ? checkout.text(file) : null
    if (text === null) continue
    const ignores = readDockerIgnore(text)
    const below = directory === '' ? '' : `${directory}/`
    const isOut = (path: string): boolean => path.startsWith(below) && ignores(path.slice(below.length))
    if (entriesOf(checkout, root, plan.image.serve).some(isOut)) unfit.push(file)
    else matchers.push(isOut)
  }
  const exported = exportIgnores(checkout)
  if (exported && entriesOf(checkout, root, plan.image.serve).some(exported)) unfit.push('.gitattributes')
  else if (exported) matchers.push(exported)
  return { ignores: file => matchers.some(matches => matches(file)), unfit }
}

/** Files without which the app cannot start. */
function entriesOf(checkout: Checkout, root: string, serve: Plan['image']['serve']): string[] {
  const { module, script, settings, path } = serve
  const modules = [module, settings].filter(name => name !== null).map(name => name.replaceAll('.', '/'))
  const files = [
    ...modules.flatMap(name => [`${name}.py`, `${name}/__init__.py`]),
    ...(script === null ? [] : [script]),
  ]
  const places = files.flatMap(file => [posix.join(root, path, file), posix.join(root, file)])
  return [...new Set(places)].filter(file => checkout.has(file))
}

function exportIgnores(checkout: Checkout): ((file: string) => boolean) | null {
  const text = checkout.has('.gitattributes') ? checkout.text('.gitattributes') : null
  const patterns = (text ?? '').split(/\r?\n/).flatMap(line => {
    const [pattern = '', ...attributes] = line.trim().split(/\s+/)
    if (pattern === '' || pattern.startsWith('#') || pattern.startsWith('[attr]')) return []
    if (attributes.includes('export-ignore')) return [pattern]
    return attributes.some(word => /^[-!]export-ignore$/.test(word)) ? [`!${pattern}`] : []
  })
  if (patterns.length === 0) return null
  const matcher = ignore().add(patterns)
  return file => matcher.ignores(file)
}
