import { splitWords } from './lines.ts'

/** An option line of a requirements file: `-r base.txt`, `--index-url=…`. */
export interface Option {
  /** The long name without dashes. */
  readonly name: string
  readonly value: string
}

const shortNames: Readonly<Record<string, string>> = {
  r: 'requirement',
  c: 'constraint',
  e: 'editable',
  i: 'index-url',
  f: 'find-links',
}

const withValue = new Set([
  ...Object.values(shortNames),
  'pypi-url',
  'extra-index-url',
  'trusted-host',
  'no-binary',
  'only-binary',
  'use-feature',
  'hash',
  'global-option',
  'install-option',
  'config-settings',
  'config-setting',
  'build-option',
  'allow-external',
  'allow-unverified',
  'timeout',
  'default-timeout',
  'upgrade-strategy',
])

const withoutValue = new Set([
  'no-index',
  'pre',
  'prefer-binary',
  'require-hashes',
  'always-unzip',
  'use-wheel',
  'no-use-wheel',
  'allow-all-external',
  'process-dependency-links',
  'no-deps',
  'no-cache-dir',
  'no-build-isolation',
  'upgrade',
  'user',
])

/** The options of a line, or null when one is unknown or lacks its value. */
export function readOptions(text: string): Option[] | null {
  const options: Option[] = []
  const words = splitWords(text)
  for (let index = 0; index < words.length; index += 1) {
    const { name, inline } = splitOption(words[index] ?? '')
    if (name !== null && inline === null && withoutValue.has(name)) {
      options.push({ name, value: '' })
      continue
    }
    const value = inline ?? words[index + 1]
    if (name === null || !withValue.has(name) || value === undefined || value === '') return null
    if (inline === null) index += 1
    options.push({ name, value })
  }
  return options
}

function splitOption(word: string): { name: string | null; inline: string | null } {
  const long = /^--([a-z-]+)(?:=(.*))?$/.exec(word)
  if (long !== null) return { name: long[1] ?? null, inline: long[2] ?? null }
  if (word === '-U') return { name: 'upgrade', inline: null }
  const short = /^-([rceif])(.*)$/.exec(word)
  const name = short === null ? undefined : shortNames[short[1] ?? '']
  return { name: name ?? null, inline: short?.[2] === '' ? null : (short?.[2] ?? null) }
}
