import { posix } from 'node:path'
import { isName, normalizeName } from '../name.ts'
import { looksLikeAddress, readAddress } from '../requirement/address.ts'
import type { ListedRequirement, ProjectFiles } from '../requirement/listed.ts'
import { parseRequirement } from '../requirement/requirement.ts'
import { parseConstraint } from '../version/constraint.ts'
import { parseSpecifier } from '../version/specifier.ts'
import { listRequirement, refuse, refuseOutside, type Entry } from './list.ts'
import type { Manifest, PythonLimit } from './manifest.ts'

interface Item {
  readonly text: string
  readonly line: number
  readonly pip: boolean
}

/**
 * A conda environment file, read line by line: its `dependencies` are always a plain list with at most one list for pip inside.
 * Packages of conda alone keep their names, so that others can be asked for. @throws `invalid-requirement`, `requirement-outside`
 */
export function readCondaFile(file: string, files: ProjectFiles): Manifest | null {
  const text = files.text(file)
  if (text === null) return null
  const items = readItems(text)
  const root = posix.dirname(file)
  const includes = items
    .map(({ text, pip }) => (pip ? (/^-r\s+(\S+)$/.exec(text)?.[1] ?? null) : null))
    .filter(name => name !== null)
  return {
    file,
    name: null,
    requirements: items.flatMap(item => readItem(item, file, files, root)),
    constraints: [],
    includes: includes.map(name => posix.normalize(posix.join(root, name))).filter(path => files.has(path)),
    computed: null,
    python: readPython(items),
    classifiers: [],
    index: null,
    extraIndexes: [],
  }
}

function readItems(text: string): Item[] {
  const items: Item[] = []
  let inside = false
  let pipIndent: number | null = null
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/(?:^|\s)#.*$/, '').trimEnd()
    if (/^\w[\w-]*\s*:/.test(line)) inside = line.startsWith('dependencies')
    const match = inside ? /^(\s*)-\s+(.+)$/.exec(line) : null
    if (match === null) continue
    const indent = (match[1] ?? '').length
    const item = (match[2] ?? '').trim().replace(/^["']|["']$/g, '')
    if (item === 'pip:') pipIndent = indent
    else items.push({ text: item, line: index + 1, pip: pipIndent !== null && indent > pipIndent })
    if (pipIndent !== null && indent < pipIndent) pipIndent = null
  }
  return items.slice(0, 5000)
}

function readItem({ text, line, pip }: Item, file: string, files: ProjectFiles, root: string): ListedRequirement[] {
  if (pip) return text.startsWith('-') ? [] : [readPipItem(text, { file, line, group: null }, files, root)]
  // `channel::name=1.2=build`, `name 1.2.*`, `name>=1`.
  const [, name = '', versions = ''] = /^(?:[\w/-]+::)?([\w.-]+)\s*(.*)$/.exec(text) ?? []
  if (!isName(name) || ['python', 'pip'].includes(name.toLowerCase())) return []
  const plain = parseRequirement(`${name}${versions}`)
  const exact = /^=?\s*([\w.]+)/.exec(versions)?.[1]
  const specifier = plain?.specifier ?? parseSpecifier(exact === undefined ? '' : `==${exact}.*`) ?? []
  return [
    {
      name: normalizeName(name),
      extras: [],
      specifier,
      marker: null,
      url: null,
      path: null,
      editable: false,
      hashes: [],
      group: null,
      file,
      line,
    },
  ]
}

/** conda hands these lines to pip as a requirements file: addresses without a name are as good there. */
function readPipItem(text: string, entry: Entry, files: ProjectFiles, root: string): ListedRequirement {
  if (!looksLikeAddress(text)) return listRequirement(text, entry, files, root)
  const address = readAddress(text, { file: entry.file, root, files })
  if (address === 'invalid') throw refuse(text, entry, 'its address is none an installer could fetch')
  if (address === 'outside') throw refuseOutside(text, entry)
  return { ...address, specifier: [], editable: false, hashes: [], ...entry }
}

function readPython(items: readonly Item[]): PythonLimit | null {
  const item = items.find(({ text, pip }) => !pip && /^python\s*[=<>\s]\s*.*\d/.test(text))
  const wanted = item?.text.replace(/^python\s*/, '') ?? ''
  const minor = /^=?\s*(\d+\.\d+)/.exec(wanted)?.[1]
  const constraint = parseConstraint(minor === undefined || /^[<>]/.test(wanted) ? wanted : `==${minor}.*`)
  return item === undefined || constraint === null ? null : { constraint, line: item.line, text: item.text }
}
