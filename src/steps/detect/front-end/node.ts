import { posix } from 'node:path'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { optionalText } from '../../../kit/checkout/optional-text.ts'
import { nodeRange } from '../../../node/version.ts'
import type { ScriptPackage } from './packages.ts'

/** The Node.js a front-end asks for, nearest to it first: .nvmrc, .node-version, .tool-versions, then package.json's `volta` and `engines`. */
export function nodeOf(checkout: Checkout, { directory, volta, engines }: ScriptPackage): string | null {
  for (let at = directory; ; at = posix.dirname(at) === '.' ? '' : posix.dirname(at)) {
    for (const name of ['.nvmrc', '.node-version', '.tool-versions']) {
      const said = pinIn(checkout, posix.join(at, name))
      if (said !== null) return said
    }
    if (at === directory) {
      const own = [volta, engines].map(text => (text === null ? null : nodeRange(text))).find(range => range !== null)
      if (own) return own
    }
    if (at === '') return null
  }
}

function pinIn(checkout: Checkout, file: string): string | null {
  const text = optionalText(checkout, file, 4096)
  if (text === null) return null
  if (file.endsWith('.tool-versions')) return nodeRange(/^(?:nodejs|node)\s+(\S+)/m.exec(text)?.[1] ?? '')
  return nodeRange(text.split('\n').find(line => line.trim() !== '' && !line.startsWith('#')) ?? '')
}
