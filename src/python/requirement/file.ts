import { posix } from 'node:path'
import { readAddress, looksLikeAddress } from './address.ts'
import { invalidRequirement, requirementOutside, requirementsMissing } from './errors.ts'
import { readLines, type LogicalLine } from './lines.ts'
import type { ListedRequirement, ProjectFiles } from './listed.ts'
import { readOptions, type Option } from './option.ts'
import { explainRefusal } from './refusal.ts'
import { parseRequirement } from './requirement.ts'

/** A requirements file and all it includes, in the order pip reads them. */
export interface RequirementsFile {
  readonly requirements: readonly ListedRequirement[]
  /** From `-c`: they narrow what is installed, and add nothing. */
  readonly constraints: readonly ListedRequirement[]
  readonly index: string | null
  readonly extraIndexes: readonly string[]
  readonly findLinks: readonly string[]
  readonly prereleases: boolean
  /** Every file read, the first one first. */
  readonly files: readonly string[]
}

export interface ReadOptions {
  /** Where relative paths of requirements start: the directory pip would be run in. The repository's root by default. */
  readonly root?: string
  /** The group all its requirements belong to, for a file of development tools. */
  readonly group?: string
}

interface Reading {
  readonly files: ProjectFiles
  readonly root: string
  readonly group: string | null
  readonly seen: Set<string>
  readonly requirements: ListedRequirement[]
  readonly constraints: ListedRequirement[]
  readonly options: Option[]
}

const mostFiles = 200
const mostRequirements = 20_000
/** A release with 500 hashed wheels fits. */
const longestLine = 100_000

/**
 * Reads a requirements file by pip's rules. A file that includes itself, directly or in a circle, is read once.
 * @throws `invalid-requirement`, `requirement-outside`, `requirements-missing`, each with file and line
 */
export function readRequirementsFile(path: string, files: ProjectFiles, options: ReadOptions = {}): RequirementsFile {
  const reading: Reading = {
    files,
    root: options.root ?? '.',
    group: options.group ?? null,
    seen: new Set(),
    requirements: [],
    constraints: [],
    options: [],
  }
  readFile(reading, path, reading.requirements)
  const last = (name: string): string | null => reading.options.findLast(option => option.name === name)?.value ?? null
  const all = (name: string): string[] =>
    reading.options.filter(option => option.name === name).map(({ value }) => value)
  return {
    requirements: reading.requirements,
    constraints: reading.constraints,
    index: last('index-url') ?? last('pypi-url'),
    extraIndexes: all('extra-index-url'),
    findLinks: all('find-links'),
    prereleases: all('pre').length > 0,
    files: [...reading.seen],
  }
}

function readFile(reading: Reading, path: string, into: ListedRequirement[]): void {
  if (reading.seen.has(path)) return
  reading.seen.add(path)
  for (const line of readLines(reading.files.text(path) ?? '')) {
    if (line.text.length > longestLine) throw invalid(path, line, `it is longer than ${longestLine} characters`)
    if (line.text.startsWith('-')) readOptionLine(reading, path, line, into)
    else into.push(readRequirementLine(reading, path, line))
    if (into.length > mostRequirements) throw invalid(path, line, `more than ${mostRequirements} requirements`)
  }
}

function readOptionLine(reading: Reading, file: string, line: LogicalLine, into: ListedRequirement[]): void {
  const editable = /^(?:-e\s*|--editable[\s=]+)(.+)$/.exec(line.text)?.[1]
  if (editable !== undefined) {
    const text = editable.replace(/^(["'])(.*)\1$/, '$2')
    into.push({ ...readTarget(reading, file, { ...line, text }), editable: true })
    return
  }
  const options = readOptions(line.text)
  if (options === null) throw invalid(file, line, explainRefusal(line.text))
  for (const { name, value } of options) {
    if (name === 'requirement') include(reading, file, line, value, into)
    else if (name === 'constraint') include(reading, file, line, value, reading.constraints)
    else reading.options.push({ name, value })
  }
}

function include(reading: Reading, file: string, line: LogicalLine, value: string, into: ListedRequirement[]): void {
  const target = posix.normalize(posix.join(posix.dirname(file), value.replaceAll('\\', '/')))
  const outside = posix.isAbsolute(value) || /^[a-z]+:/i.test(value) || target.startsWith('..')
  if (outside) throw refuseOutside(file, line)
  if (!reading.files.has(target) || reading.seen.size >= mostFiles) {
    throw requirementsMissing({
      what: `${file} includes ${value}, which is not in the repository.`,
      why: `Line ${line.line} is read relative to ${file}, as pip does: it means ${target}.`,
      next: `Add ${target} to the repository, or correct line ${line.line} of ${file}.`,
      evidence: [{ file, line: line.line, text: line.text.slice(0, 200) }],
    })
  }
  readFile(reading, target, into)
}

function readRequirementLine(reading: Reading, file: string, line: LogicalLine): ListedRequirement {
  const cut = /\s--?[a-zA-Z]/.exec(line.text)
  const text = cut === null ? line.text : line.text.slice(0, cut.index)
  const options = cut === null ? [] : readOptions(line.text.slice(cut.index))
  if (options === null) throw invalid(file, line, explainRefusal(line.text))
  const hashes = options.filter(({ name }) => name === 'hash').map(({ value }) => value.replace('=', ':').toLowerCase())
  return { ...readTarget(reading, file, { ...line, text }), hashes }
}

function readTarget(reading: Reading, file: string, line: LogicalLine): ListedRequirement {
  const place = { editable: false, hashes: [], group: reading.group, file, line: line.line }
  if (looksLikeAddress(line.text) || isLocalFile(reading, line.text)) {
    return { specifier: [], ...readPlace(reading, file, line, line.text), ...place }
  }
  const parsed = parseRequirement(line.text)
  if (parsed === null) throw invalid(file, line, explainRefusal(line.text))
  const { url, ...named } = parsed
  if (url === null) return { ...named, url, path: null, ...place }
  const address = readPlace(reading, file, line, url)
  return { ...named, url: address.url, path: address.path, ...place }
}

function readPlace(
  reading: Reading,
  file: string,
  line: LogicalLine,
  text: string,
): Exclude<ReturnType<typeof readAddress>, string> {
  const address = readAddress(text, { file, root: reading.root, files: reading.files })
  if (address === 'outside') throw refuseOutside(file, line)
  if (address === 'invalid')
    throw invalid(file, line, 'it names no file of the repository and no address pip could fetch')
  return address
}

function isLocalFile(reading: Reading, text: string): boolean {
  return /\.(?:whl|gz|zip)$/.test(text) && reading.files.has(posix.normalize(posix.join(reading.root, text)))
}

function refuseOutside(file: string, line: LogicalLine): Error {
  return requirementOutside({
    what: `Line ${line.line} of ${file} points outside the repository.`,
    why: 'What lies there is not part of what is deployed.',
    next: 'Name the distribution and its version instead, or bring the files into the repository.',
    evidence: [{ file, line: line.line, text: hideCredentials(line.text) }],
  })
}

function invalid(file: string, line: LogicalLine, why: string): Error {
  return invalidRequirement({
    what: `Line ${line.line} of ${file} is no requirement: ${hideCredentials(line.text)}`,
    why: `It was not understood: ${why}.`,
    next: `Correct or remove line ${line.line} of ${file}.`,
    evidence: [{ file, line: line.line, text: hideCredentials(line.text) }],
  })
}

function hideCredentials(text: string): string {
  return text.replace(/:\/\/[^/@\s]{1,500}@/g, '://***@').slice(0, 200)
}
