import { posix } from 'node:path'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { optionalText } from '../../../kit/checkout/optional-text.ts'

/** A file that a build reads to know what it shall do. */
export interface ConfigFile {
  readonly file: string
  readonly text: string
}

/** Bytes; people write configuration, and what is longer was made by a program. */
const largest = 256 * 1024

/** Names that are a tool's alone, those that are a library's or a bundle's as well without more to them, and what a build has made. */
const ofTools =
  /^(?:vite(?!st)|webpack|rollup|rspack|rsbuild|esbuild|gulpfile|gruntfile|build)(?:[.-][\w.-]*)?\.(?:[cm]?js|m?ts|json)$/i
const withConfig =
  /^(?:vue|svelte|astro|craco|bundle|snowpack|mix)\.config(?:\.[\w.-]+)?\.(?:[cm]?js|m?ts|json)$|^angular\.json$/i
const made = /[.-](?:min|bundle)\.[cm]?js$|\.d\.m?ts$/i
const folder = /(?:^|\/)(?:webpack|config|build|vite|gulp|scripts|tasks)\//

/** Configuration that the build of a package reads: by its usual name, named by a script (`words`), or beside one that imports it. */
export function configFiles(checkout: Checkout, directory: string, words: readonly string[]): ConfigFile[] {
  const usual = checkout.children(directory).filter(name => ofTools.test(name) || withConfig.test(name))
  const named = words.filter(word => /\.(?:js|ts|mjs|cjs|mts|json)$/.test(word))
  const first = read(
    checkout,
    [...usual, ...named].map(name => posix.join(directory, name)),
  )
  const imported = first.flatMap(config => importsOf(checkout, config))
  const all = [...first, ...read(checkout, imported)]
  return all.filter(({ file }, i) => all.findIndex(other => other.file === file) === i).slice(0, 40)
}

function read(checkout: Checkout, files: readonly string[]): ConfigFile[] {
  return [...new Set(files)]
    .filter(file => checkout.has(file) && !made.test(file))
    .slice(0, 100)
    .flatMap(file => {
      const text = optionalText(checkout, file, largest)
      return text === null ? [] : [{ file, text }]
    })
}

function importsOf(checkout: Checkout, { file, text }: ConfigFile): string[] {
  return [...text.matchAll(/['"](\.{1,2}\/[\w./-]+)['"]/g).take(500)].flatMap(([, name = '']) => {
    const target = posix.join(posix.dirname(file), name)
    const found = [target, `${target}.js`, `${target}.ts`, `${target}.mjs`].find(one => checkout.has(one))
    const near = found !== undefined && (posix.dirname(found) === posix.dirname(file) || folder.test(found))
    return near && /\.(?:js|ts|mjs|cjs|mts)$/.test(found) ? [found] : []
  })
}
