import { count, list, printable, size } from '../../kit/text.ts'
import type { ExplainedPackage, Explanation, Why } from '../../steps/image/account/explain.ts'
import type { Style } from '../face/style.ts'

/** What is in an image, and why: layers, packages with their reasons, the largest files. */
export function explainPage(explanation: Explanation, style: Style): string {
  const { name, digest, layers, packages, largest } = explanation
  const python = packages.filter(({ ecosystem }) => ecosystem === 'python')
  const debian = packages.filter(({ ecosystem }) => ecosystem === 'debian')
  return [
    '',
    `${style.bold(printable(name))} · ${digest.slice(0, 19)} · ${size(explanation.size)} compressed, ${size(explanation.unpackedSize)} unpacked`,
    '',
    `${style.dim('layers')}  ${style.dim('compressed · unpacked')}`,
    ...layers.map(layer => layerLine(layer, explanation.size, style)),
    '',
    `${style.dim('python')}  ${count(python.length, 'distribution')}`,
    ...python.map(each => packageLine(each, python, style)),
    '',
    `${style.dim('debian')}  ${count(debian.length, 'package')}`,
    ...debian.map(each => packageLine(each, debian, style)),
    '',
    style.dim('largest files'),
    ...largest
      .slice(0, 10)
      .map(each => `  ${size(each.size).padStart(8)}  /${printable(each.path)}${style.dim(ownerOf(each))}`),
    '',
    `${style.dim('next')}   wherry image --sbom FILE        the same for machines, as CycloneDX`,
    '       wherry image --diff OTHER       what changed since another image',
    '',
  ].join('\n')
}

function layerLine(layer: Explanation['layers'][number], total: number, style: Style): string {
  const room = 20
  const bar = '█'.repeat(Math.max(1, Math.round((layer.size / Math.max(total, 1)) * room)))
  const sizes = `${size(layer.size).padStart(8)} ${size(layer.unpackedSize).padStart(8)}`
  const what = printable(layer.what)
  const wide = Math.max(30, style.width - room - 24)
  return `  ${sizes}  ${style.cyan(bar.padEnd(room))}  ${what.length > wide ? `${what.slice(0, wide - 1)}…` : what}`
}

function packageLine(
  { name, version, size: bytes, why }: ExplainedPackage,
  all: readonly ExplainedPackage[],
  style: Style,
): string {
  const column = Math.min(40, Math.max(...all.map(each => each.name.length + each.version.length)) + 3)
  const title = `${printable(name)} ${style.dim(printable(version))}`
  const pad = ' '.repeat(Math.max(1, column - name.length - version.length))
  const room = bytes === null ? '' : `${size(bytes).padStart(8)}  `
  return `  ${title}${pad}${room}${style.dim(printable(why.map(reason).join(' · ')))}`
}

function reason(why: Why): string {
  switch (why.kind) {
    case 'asked':
      return `${why.file}${why.line === null ? '' : `:${why.line}`}`
    case 'needed':
      return `needed by ${few(why.by)}`
    case 'library':
      return `${why.soname} of ${why.by}`
    case 'server':
      return 'the server Wherry adds'
    case 'base':
      return 'base'
    case 'nginx':
      return 'serves in front where no edge does'
    case 'config':
      return 'image.packages'
    case 'called':
      return `the app calls ${few(why.names)}`
    case 'brought':
      return 'comes with the base image or inside another distribution'
    case 'own':
      return 'the app itself'
    default:
      return 'imported by installed code that does not declare it'
  }
}

function few(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : list(names)
}

function ownerOf({ package: owner }: Explanation['largest'][number]): string {
  return owner === null ? '' : `  ${owner}`
}
