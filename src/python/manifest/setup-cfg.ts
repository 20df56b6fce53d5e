import { posix } from 'node:path'
import type { ListedRequirement, ProjectFiles } from '../requirement/listed.ts'
import { parseConstraint } from '../version/constraint.ts'
import { listOf, readIni, type Ini } from './ini.ts'
import { listRequirement, refuse } from './list.ts'
import { readClassifiers, type Manifest, type PythonLimit } from './manifest.ts'

/** setup.cfg of setuptools; null when there is none or it says nothing of a project. @throws `invalid-requirement` */
export function readSetupCfg(file: string, files: ProjectFiles): Manifest | null {
  const text = files.text(file)
  const ini = text === null ? null : readIni(text)
  const options = ini?.get('options')
  if (ini === null || (options === undefined && !ini.has('metadata'))) return null
  const root = posix.dirname(file)
  const included = /^file:(.*)$/s.exec(options?.get('install_requires')?.text ?? '')?.[1]
  const list = (from: ReturnType<typeof listOf>, group: string | null): ListedRequirement[] =>
    from.map(({ text, line }) => listRequirement(text, { file, line, group }, files, root))
  const extras = [...(ini.get('options.extras_require') ?? [])].filter(([, { text }]) => !text.startsWith('file:'))
  return {
    file,
    name: ini.get('metadata')?.get('name')?.text ?? null,
    requirements: [
      ...(included === undefined ? list(splitInline(listOf(options?.get('install_requires'))), null) : []),
      ...extras.flatMap(([group, value]) => list(splitInline(listOf(value)), group)),
    ],
    constraints: [],
    includes: (included ?? '')
      .split(/[\n,]/)
      .map(name => posix.normalize(posix.join(root, name.trim())))
      .filter(path => files.has(path)),
    computed: null,
    python: readPython(ini, file),
    classifiers: readClassifiers(listOf(ini.get('metadata')?.get('classifiers')).map(({ text }) => text)),
    index: null,
    extraIndexes: [],
  }
}

/** setuptools parts a list by lines, or by semicolons on one line where no marker can be meant. */
function splitInline(items: ReturnType<typeof listOf>): ReturnType<typeof listOf> {
  return items.flatMap(({ text, line }) => {
    const parts = text.split(';').map(part => part.trim())
    const markers = parts
      .slice(1)
      .some(part => /[=<>]|\bin\b/.test(part) && /python|platform|extra|os_name|implementation/.test(part))
    return markers ? [{ text, line }] : parts.filter(part => part !== '').map(part => ({ text: part, line }))
  })
}

function readPython(ini: Ini, file: string): PythonLimit | null {
  const value = ini.get('options')?.get('python_requires')
  if (value === undefined) return null
  const constraint = parseConstraint(value.text)
  const text = `python_requires = ${value.text}`
  if (constraint === null) throw refuse(text, { file, line: value.line, group: null }, 'it is no range of versions')
  return { constraint, line: value.line, text }
}
