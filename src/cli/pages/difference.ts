import { count, printable, size } from '../../kit/text.ts'
import type { Difference, Named } from '../../steps/image/account/compare.ts'
import type { Style } from '../face/style.ts'

const mostFiles = 20

/** What changed from one image to another: packages first, then the files that are not bytecode, then the bytes. */
export function differencePage(difference: Difference, names: { from: string; to: string }, style: Style): string {
  const { packages, size: bytes, shared } = difference
  const lines = packageLines(difference, style)
  const nothing = packages.added.length + packages.removed.length + packages.changed.length === 0
  const sizes =
    bytes === null
      ? []
      : [
          `${style.dim('size')}      ${size(bytes.from)} → ${size(bytes.to)} (${signed(bytes.to - bytes.from)})${shared === null ? '' : style.dim(` · ${size(shared)} in layers both have`)}`,
          '',
        ]
  return [
    '',
    `${style.dim(names.from)} → ${style.bold(names.to)}`,
    '',
    style.dim('packages'),
    ...(nothing ? ['  the same'] : lines),
    '',
    ...fileLines(difference, style),
    ...sizes,
  ].join('\n')
}

/** One line a package: `~` changed, `+` added, `-` removed. */
export function packageLines({ packages }: Pick<Difference, 'packages'>, style: Style): string[] {
  const { added, removed, changed } = packages
  const wide = Math.max(0, ...[...added, ...removed, ...changed].map(({ name }) => name.length)) + 2
  const title = (name: string): string => printable(name).padEnd(wide)
  const plain =
    (sign: string) =>
    ({ name, version }: Named) =>
      `  ${sign} ${title(name)}${printable(version)}`
  return [
    ...changed.map(({ name, from, to }) => `  ${style.yellow('~')} ${title(name)}${printable(`${from} → ${to}`)}`),
    ...added.map(plain(style.green('+'))),
    ...removed.map(plain(style.red('-'))),
  ]
}

function fileLines({ files }: Difference, style: Style): string[] {
  if (files === null) return []
  const shown = [
    ...files.changed.map(({ path, from, to }) => ({ sign: style.yellow('~'), path, note: signed(to - from) })),
    ...files.added.map(each => ({ sign: style.green('+'), path: each.path, note: size(each.size) })),
    ...files.removed.map(each => ({ sign: style.red('-'), path: each.path, note: size(each.size) })),
  ]
  if (shown.length === 0) return [`${style.dim('files')}     the same`, '']
  // Bytecode follows its source, and package files follow their packages.
  const own = shown.filter(({ path }) => path.startsWith('app/') && !path.endsWith('.pyc'))
  const most = own
    .slice(0, mostFiles)
    .map(({ sign, path, note }) => `  ${sign} /${printable(path)}  ${style.dim(note)}`)
  const rest = shown.length - most.length
  return [
    `${style.dim('files')}     ${count(shown.length, 'file')} differ`,
    ...most,
    ...(rest > 0 ? [style.dim(`    ${rest} more: of packages, bytecode and generated (--json names all)`)] : []),
    '',
  ]
}

function signed(bytes: number): string {
  if (bytes === 0) return 'same size'
  return bytes > 0 ? `+${size(bytes)}` : `−${size(-bytes)}`
}
