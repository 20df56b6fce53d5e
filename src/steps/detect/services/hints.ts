import type { Checkout } from '../../../kit/checkout/index.ts'
import { optionalText } from '../../../kit/checkout/optional-text.ts'
import type { Reason } from '../../../model/because.ts'
import type { ServiceKind } from '../../../model/project.ts'
import { readCompose } from './compose.ts'

/** What a repository says about its environment beside its source: example environments and compose files. Read, never run. */
export interface Hints {
  /** Values that variables have there. */
  readonly values: ReadonlyMap<string, { readonly text: string; readonly because: Reason }>
  /** Services that run beside the app there. */
  readonly images: readonly { readonly kind: ServiceKind; readonly because: Reason }[]
}

const environments =
  /(?:^|\/)(?:\.env(?:\.[\w-]+)*|[\w-]*\.env(?:\.[\w-]+)*|env\.(?:example|sample|template)|example\.env)$/
const composes = /(?:^|\/)(?:docker-)?compose[\w.-]*\.ya?ml$/

export function readHints(checkout: Checkout, root: string): Hints {
  const values = new Map<string, { text: string; because: Reason }>()
  const images: { kind: ServiceKind; because: Reason }[] = []
  const add = (name: string, text: string, because: Reason): void => {
    // What is left to be filled in says nothing.
    if (text !== '' && !/[<>{}$]|changeme|xxxx/i.test(text) && !values.has(name)) values.set(name, { text, because })
  }
  const near = checkout.files.filter(
    file => file.split('/').length <= 4 && !/(?:^|\/)(?:tests?|node_modules|examples?)\//.test(file),
  )
  // The app's own before those of the repository around it.
  const ordered = near.toSorted((a, b) => rank(a, root) - rank(b, root))
  for (const file of ordered) {
    if (environments.test(file)) {
      for (const [i, line] of linesOf(checkout, file).entries()) {
        const [, name = '', text = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? []
        if (name !== '') add(name, unquoted(text), { file, line: i + 1, text: name })
      }
    }
    if (!composes.test(file)) continue
    for (const service of readCompose(linesOf(checkout, file))) {
      const kind = kindOfImage(service.image?.text ?? '')
      if (kind && service.image)
        images.push({ kind, because: { file, line: service.image.line, text: `image: ${service.image.text}` } })
      for (const { name, text, line } of service.environment) add(name, text, { file, line, text: name })
    }
  }
  return { values, images }
}

function rank(file: string, root: string): number {
  const own = root !== '' && file.startsWith(`${root}/`) ? 0 : 8
  return own + (environments.test(file) ? 0 : 1) + file.split('/').length
}

function linesOf(checkout: Checkout, file: string): string[] {
  return (optionalText(checkout, file, 256 * 1024) ?? '')
    .split('\n')
    .slice(0, 2000)
    .filter(line => line.length <= 2000)
}

function unquoted(text: string): string {
  const quoted = /^(["'])(.*?)\1/.exec(text)
  return quoted ? (quoted[2] ?? '') : text.replace(/\s+#.*$/, '')
}

/** By the image's name: `postgres:16-alpine`, `bitnami/redis`, `postgis/postgis`. */
function kindOfImage(image: string): ServiceKind | null {
  const name = image.replace(/^.*\//, '').split(/[:@]/)[0] ?? ''
  if (/^(?:postgres|postgresql|postgis|pgvector|timescaledb)/.test(name)) return 'postgres'
  if (/^(?:mysql|mariadb|percona)/.test(name)) return 'mysql'
  if (/^(?:redis|valkey|keydb)/.test(name) && !/commander|insight|exporter/.test(name)) return 'redis'
  return name === 'memcached' ? 'memcached' : null
}
