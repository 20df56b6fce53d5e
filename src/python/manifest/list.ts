import { readAddress } from '../requirement/address.ts'
import { invalidRequirement, requirementOutside } from '../requirement/errors.ts'
import type { ListedRequirement, ProjectFiles } from '../requirement/listed.ts'
import { explainRefusal } from '../requirement/refusal.ts'
import { parseRequirement } from '../requirement/requirement.ts'

/** Where in a manifest an entry stands. */
export interface Entry {
  readonly file: string
  readonly line: number | null
  readonly group: string | null
}

/** A PEP 508 text of a manifest as a listed requirement. @throws `invalid-requirement`, `requirement-outside` */
export function listRequirement(text: string, entry: Entry, files: ProjectFiles, root: string): ListedRequirement {
  const parsed = parseRequirement(text)
  if (parsed === null) throw refuse(text, entry, explainRefusal(text))
  const place = { editable: false, hashes: [], ...entry }
  if (parsed.url === null) return { ...parsed, path: null, ...place }
  const address = readAddress(parsed.url, { file: entry.file, root, files })
  if (address === 'invalid') throw refuse(text, entry, 'its address is none an installer could fetch')
  if (address === 'outside') throw refuseOutside(text, entry)
  return { ...parsed, url: address.url, path: address.path, ...place }
}

export function refuse(text: string, { file, line }: Entry, why: string): Error {
  const where = line === null ? file : `line ${line} of ${file}`
  return invalidRequirement({
    what: `${file} asks for something that is no requirement: ${printed(text)}`,
    why: `It was not understood: ${why}.`,
    next: `Correct or remove it in ${where}.`,
    evidence: [{ file, line, text: printed(text) }],
  })
}

export function refuseOutside(text: string, { file, line }: Entry): Error {
  return requirementOutside({
    what: `${file} asks for something outside the repository: ${printed(text)}`,
    why: 'What lies there is not part of what is deployed.',
    next: 'Name the distribution and its version instead, or bring the files into the repository.',
    evidence: [{ file, line, text: printed(text) }],
  })
}

function printed(text: string): string {
  return text.replace(/:\/\/[^/@\s]{1,500}@/g, '://***@').slice(0, 200)
}
