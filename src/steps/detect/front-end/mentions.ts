import { posix } from 'node:path'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { linesOf } from '../../../kit/lines.ts'
import type { Reason } from '../../../model/because.ts'
import { configFiles, type ConfigFile } from './config-files.ts'
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
  for (const config of configFiles(checkout, directory, words)) found.push(...mentionsIn(config, checkout, directory))
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

/** Flags of command lines, keys and calls of configuration that name where something is written. */
const flagged = /\s(?:-o|-d|--out|--output|--out-?dir|--out-?file|--dist-?dir|--dest|--dir)[=\s]+['"]?([^\s'"]+)/gi
const keyed =
  /\b(?:out|outDir|outdir|outfile|outputDir|outputPath|distDir|dest|dir|file|path|base)['"]?\s*[:=(]\s*['"`]([^'"`\n$]{1,200})['"`]/g
/** `__dirname + '/static'`, and the same in a template. */
const appended = /(?:__dirname|dirname|cwd\(\))(?:\s*\+\s*['"`]|\})\/([^'"`\n$]{1,200})['"`]/g
const quoted = /(['"`])([^'"`\n$]{1,200})\1/g
const joined = /(?:resolve|join)\(([^()\n]{1,300})\)/g
const outputName = /\b(?:filename|entryFileNames|file)\s*:\s*['"]([^'"[\]\n]{1,200})['"]/g

/** Mentions one file may add: configuration has some dozens, and what has more is a program. */
const most = 500

/** Paths in a configuration file: text between quotes, and the arguments of `path.resolve` and `path.join` together. */
function mentionsIn({ file, text }: ConfigFile, checkout: Checkout, directory: string): Mention[] {
  const lines = linesOf(text)
  const reason = (index: number): Reason => {
    const line = lines.at(index)
    return { file, line, text: lines.text(line).trim().slice(0, 160) }
  }
  const here = posix.dirname(file) === '.' ? '' : posix.dirname(file)
  const bases = [...new Set([directory, here])]
  const take = (pattern: RegExp, read: (match: RegExpExecArray) => readonly Mention[]): Mention[] =>
    [...text.matchAll(pattern).take(most)].flatMap(read)
  const below = (word: string, index: number): Mention[] => bases.flatMap(base => mention(base, word, reason(index)))
  // Any text may look like a path, the names of packages above all: one counts where it would come to lie in a directory that is there.
  const isNear = ({ path }: Mention): boolean =>
    posix.dirname(path) === '.' || checkout.hasDirectory(posix.dirname(path))
  const found = [
    ...take(keyed, ({ index, 1: word = '' }) => below(word, index)),
    ...take(appended, ({ index, 1: word = '' }) => below(word, index)),
    ...take(quoted, ({ index, 2: word = '' }) => (word.includes('/') ? below(word, index).filter(isNear) : [])),
    ...take(joined, ({ index, 1: words = '' }) => {
      const parts = [...words.matchAll(quoted)].map(part => part[2] ?? '')
      return parts.length > 0 ? mention(here, posix.join(...parts), reason(index)) : []
    }),
  ]
  // The directory and the name of a bundle stand apart.
  const names = [...text.matchAll(outputName).take(20)].map(match => match[1] ?? '')
  const together = found.flatMap(({ path, because }) =>
    posix.extname(path) === '' ? names.flatMap(name => mention(path, name, because)) : [],
  )
  return [...found, ...together.slice(0, most * 4)]
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
