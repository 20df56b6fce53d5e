import { openDevelopment, type Archive, type DevelopmentFile } from '../../../debian/index.ts'

/** Something a build looked for and did not find, and the Debian packages that have it. */
export interface Missing extends DevelopmentFile {
  /** Names of packages to choose from; one where there is no doubt, none where the suite has nothing of the kind. */
  readonly packages: readonly string[]
}

const name = String.raw`([A-Za-z0-9][\w.+-]{0,80})`

/** What compilers, linkers, pkg-config, shells and build systems say when something is not there. */
const patterns: readonly (readonly [DevelopmentFile['kind'], RegExp])[] = [
  ['header', /fatal error: ['"]?([\w.+/-]{1,200}\.(?:h|hh|hpp|hxx))['"]?: No such file or directory/g],
  ['library', new RegExp(`cannot find -l${name}`, 'g')],
  ['pkg-config', new RegExp(`No package '${name}' found`, 'g')],
  ['pkg-config', new RegExp(`Package '?${name}'?(?:, required by '[^']{1,100}',)? (?:was )?not found`, 'g')],
  ['pkg-config', new RegExp(`Dependency "${name}" not found, tried pkgconfig`, 'g')],
  ['pkg-config', new RegExp(`Command 'pkg-config --exists ${name}' returned non-zero`, 'g')],
  ['program', new RegExp(`\\b${name} executable not found`, 'g')],
  ['program', new RegExp(`(?:\\b(?:ba|da)?sh|/bin/sh): (?:(?:line )?\\d+: )?${name}: (?:command )?not found`, 'g')],
  ['program', /No such file or directory: '([A-Za-z0-9][\w+-]{0,80})'/g],
  ['program', new RegExp(`command '${name}' failed: No such file or directory`, 'g')],
  ['program', new RegExp(`Program '?${name}'? not found`, 'g')],
]

/** Said without a name that could be looked up. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/can't find Rust compiler|Rust toolchain|rustc, the rust compiler, is not installed/i, 'cargo'],
  [/Unknown compiler\(s\): \[\['gfortran'/, 'gfortran'],
  [/Did not find CMake|CMake must be installed/, 'cmake'],
]

/** What the output of a failed build names as missing, in order, each once. */
export function findMissing(output: string): DevelopmentFile[] {
  const text = output.slice(-1_000_000)
  const found = patterns.flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].map(match => ({ at: match.index, kind, name: match[1] ?? '' })),
  )
  const hinted = hints
    .map(([pattern, program]) => ({ at: text.search(pattern), kind: 'program' as const, name: program }))
    .filter(({ at }) => at >= 0)
  const sorted = [...found, ...hinted].sort((a, b) => a.at - b.at)
  const unique = new Map(sorted.map(each => [`${each.kind} ${each.name}`, { kind: each.kind, name: each.name }]))
  return [...unique.values()]
}

/** The same with the packages that have it, by the suite's Contents index. */
export async function lookUpMissing(output: string, archive: Archive): Promise<Missing[]> {
  const missing = findMissing(output)
  if (missing.length === 0) return []
  const development = await openDevelopment(archive)
  const packages = await Promise.all(missing.map(each => development.packagesWith(each)))
  return missing.map(({ kind, name }, i) => ({ kind, name, packages: packages[i] ?? [] }))
}
