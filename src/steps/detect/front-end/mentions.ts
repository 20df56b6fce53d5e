import { posix } from 'node:path'
import type { Checkout } from '../../../kit/checkout/index.ts'
import type { Reason } from '../../../model/because.ts'
import type { ScriptPackage } from './packages.ts'

/** A path that a build's script or its configuration names, relative to the repository. */
export interface Mention {
  readonly path: string
  readonly because: Reason
}

/** Where tools write when nothing tells them: their documentation. */
const defaults: readonly (readonly [tool: RegExp, directory: string])[] = [
  [/\b(?:vite|webpack|parcel|vue-cli-service|astro|rsbuild|rspack)\b/, 'dist'],
  [/\b(?:react-scripts|craco|react-app-rewired)\b/, 'build'],
]
/** SvelteKit says in its configuration alone what it makes. */
const byPackage = [['@sveltejs/adapter-static', 'build']] as const
const configName =
  /^(?:vite(?!st)|webpack|angular|rollup|rspack|rsbuild|esbuild|gulpfile|gruntfile|vue|svelte|astro|craco|build|bundle|snowpack|mix)[\w.-]*\.(?:js|ts|mjs|cjs|mts|json)$/i
const configFolder = /(?:^|\/)(?:webpack|config|build|vite|gulp|scripts|tasks)\//

/** Every path a package's build may write to, as far as its words tell; paths that are read are among them. */
export function mentionsOf(checkout: Checkout, given: ScriptPackage): Mention[] {
  const { directory, file, text } = given
  const commands = expand(given.scripts, given.script)
  const line = (name: string): number => text.slice(0, text.indexOf(`"${name}"`)).split('\n').length
  const because: Reason = {
    file,
    line: line(given.script),
    text: `${given.script}: ${commands[0] ?? ''}`.slice(0, 160),
  }
  const all = commands.join('\n')
  const words = all.split(/[\s=:,;&|'"]+/)
  const told = [...all.matchAll(flagged)].map(match => match[1] ?? '')
  const usual = defaults.flatMap(([tool, path]) => (tool.test(all) ? [path] : []))
  usual.push(...byPackage.flatMap(([name, path]) => (text.includes(`"${name}"`) ? [path] : [])))
  const found = [...words.filter(word => word.includes('/')), ...told, ...usual].flatMap(word =>
    mention(directory, word, because),
  )
  for (const config of configFiles(checkout, directory, words)) found.push(...mentionsIn(checkout, config, directory))
  return found
}

/** The command of a script and of all scripts it names. */
function expand(scripts: ScriptPackage['scripts'], first: string): string[] {
  const seen = new Set<string>()
  const visit = (name: string): string[] => {
    const command = scripts[name]
    if (command === undefined || seen.has(name) || seen.size > 50) return []
    seen.add(name)
    const named = command.split(/[\s'"]+/).flatMap(word => {
      const start = /^([\w:-]+:)\*{1,2}$/.exec(word)?.[1]
      return start ? Object.keys(scripts).filter(key => key.startsWith(start)) : word === name ? [] : [word]
    })
    return [command, ...named.flatMap(visit), ...visit(`pre${name}`), ...visit(`post${name}`)]
  }
  return visit(first)
}

/** Configuration the build reads: by its usual name, named by a script, or beside one that imports it. */
function configFiles(checkout: Checkout, directory: string, words: readonly string[]): string[] {
  const usual = checkout.children(directory).filter(name => configName.test(name))
  const named = words.filter(word => /\.(?:js|ts|mjs|cjs|mts|json)$/.test(word))
  const first = [...usual, ...named].map(name => posix.join(directory, name)).filter(path => checkout.has(path))
  const imported = first.flatMap(path =>
    [...(checkout.text(path) ?? '').matchAll(/['"](\.{1,2}\/[\w./-]+)['"]/g)].flatMap(([, name = '']) => {
      const target = posix.join(posix.dirname(path), name)
      const file = [target, `${target}.js`, `${target}.ts`, `${target}.mjs`].find(one => checkout.has(one))
      const near = file !== undefined && (posix.dirname(file) === posix.dirname(path) || configFolder.test(file))
      return near && /\.(?:js|ts|mjs|cjs|mts)$/.test(file) ? [file] : []
    }),
  )
  return [...new Set([...first, ...imported])].slice(0, 40)
}

/** Flags of command lines, keys and calls of configuration that name where something is written. */
const flagged = /\s(?:-o|-d|--out|--output|--out-?dir|--out-?file|--dist-?dir|--dest|--dir)[=\s]+['"]?([^\s'"]+)/gi
const keyed =
  /\b(?:out|outDir|outdir|outfile|outputDir|outputPath|distDir|dest|dir|file|path|base)['"]?\s*[:=(]\s*['"`]([^'"`\n$]{1,200})['"`]/g
/** `__dirname + '/static'`, and the same in a template. */
const appended = /(?:__dirname|dirname|cwd\(\))(?:\s*\+\s*['"`]|\})\/([^'"`\n$]{1,200})['"`]/g
const quoted = /(['"`])([^'"`\n$]{1,200})\1/g
const joined = /(?:resolve|join)\(([^()\n]{1,300})\)/g
const outputName = /\b(?:filename|entryFileNames|file)\s*:\s*['"]([^'"[\]\n]{1,200})['"]/g

/** Paths in a configuration file: text between quotes, and the arguments of `path.resolve` and `path.join` together. */
function mentionsIn(checkout: Checkout, file: string, directory: string): Mention[] {
  const text = checkout.text(file) ?? ''
  const lineAt = (index: number): number => text.slice(0, index).split('\n').length
  const reason = (index: number): Reason => {
    const line = lineAt(index)
    return { file, line, text: (text.split('\n')[line - 1] ?? '').trim().slice(0, 160) }
  }
  const here = posix.dirname(file) === '.' ? '' : posix.dirname(file)
  const found: Mention[] = []
  const add = (word: string, index: number, counts: (path: string) => boolean = () => true): void => {
    for (const base of new Set([directory, here]))
      found.push(...mention(base, word, reason(index)).filter(({ path }) => counts(path)))
  }
  // Any text may look like a path, the names of packages above all: one counts where it would come to lie in a directory that is there.
  const isNear = (path: string): boolean => posix.dirname(path) === '.' || checkout.hasDirectory(posix.dirname(path))
  for (const match of text.matchAll(keyed)) add(match[1] ?? '', match.index)
  for (const match of text.matchAll(appended)) add(match[1] ?? '', match.index)
  for (const match of text.matchAll(quoted)) if (match[2]?.includes('/')) add(match[2], match.index, isNear)
  for (const match of text.matchAll(joined)) {
    const parts = [...(match[1] ?? '').matchAll(quoted)].map(part => part[2] ?? '')
    if (parts.length > 0) found.push(...mention(here, posix.join(...parts), reason(match.index)))
  }
  // The directory and the name of a bundle stand apart.
  const names = [...text.matchAll(outputName)].map(match => match[1] ?? '')
  const together = found.flatMap(({ path, because }) =>
    names.flatMap(name => (posix.extname(path) === '' ? mention(path, name, because) : [])),
  )
  return [...found, ...together.slice(0, 2000)]
}

/** Sources and settings, which no build writes. */
const neverWritten = /\.(?:tsx?|mts|jsx|vue|svelte|s[ac]ss|less|styl|md|py|po|toml|ya?ml|lock)$|(?:^|\/)\.[\w-]+$/i

/** A path below the repository, or nothing for what is no path that a build could write to. */
function mention(base: string, word: string, because: Reason): Mention[] {
  if (word === '' || word.length > 200 || /^[/@#~-]|[*{}$<>()[\]\\!?%:^|\s]|node_modules/.test(word)) return []
  if (neverWritten.test(word) || /^asset\/(?:source|resource|inline)$/.test(word)) return []
  const path = posix.join(base, word).replace(/\/$/, '')
  return path === '.' || path === '..' || path.startsWith('../') ? [] : [{ path, because }]
}
