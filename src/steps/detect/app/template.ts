import { parentOf } from '../../../python/source/resolve.ts'
import { readText, type Texts } from './search.ts'

/** A repository that others generate projects from, and the files that are copied into them. */
export interface Template {
  readonly tool: string
  /** The file that says so. */
  readonly file: string
  /** True for a file of the template itself. */
  holds(file: string): boolean
}

const manifest =
  /(?:^|\/)(?:pyproject\.toml|setup\.py|setup\.cfg|requirements[\w.-]*\.txt|Pipfile|environment\.ya?ml)\.(?:jinja2?|j2)$/
const suffix = /\.(?:jinja2?|j2|tmpl)$/

/** What makes the repository a template of Copier or Cookiecutter; null when nothing does. A project made from one says so elsewhere. */
export function findTemplate(texts: Texts): Template | null {
  const placeholder = texts.files.find(file => /(?:^|\/)[^/]*\{\{[^/]*\//.test(file))
  const cookiecutter = texts.has('cookiecutter.json') || /\{\{\s*cookiecutter\b/.test(placeholder ?? '')
  if (placeholder !== undefined && cookiecutter) {
    const file = texts.has('cookiecutter.json') ? 'cookiecutter.json' : placeholder
    return { tool: 'Cookiecutter', file, holds: one => one.includes('{{') }
  }
  const copier = ['copier.yml', 'copier.yaml'].find(name => texts.has(name))
  if (copier !== undefined) return { tool: 'Copier', file: copier, holds: below(copierDirectories(texts, copier)) }
  const written = texts.files.filter(file => manifest.test(file) && file.split('/').length <= 4)
  const [first] = written
  return first === undefined ? null : { tool: 'Jinja', file: first, holds: below(written.map(parentOf)) }
}

/** Copier copies `_subdirectory`, or the whole repository. @see Copier's documentation, settings of the template */
function copierDirectories(texts: Texts, file: string): string[] {
  const [, said] = /^_subdirectory:\s*["']?([\w./-]+)/m.exec(readText(texts, file) ?? '') ?? []
  if (said !== undefined) return [said.replace(/^\.\/|\/$/g, '')]
  const marked = texts.files.filter(one => suffix.test(one)).map(one => one.split('/')[0] ?? '')
  const atRoot = texts.files.some(one => suffix.test(one) && !one.includes('/'))
  return atRoot || marked.length === 0 ? [''] : [...new Set(marked)]
}

function below(directories: readonly string[]): (file: string) => boolean {
  return file => directories.some(one => one === '' || file.startsWith(`${one}/`))
}
