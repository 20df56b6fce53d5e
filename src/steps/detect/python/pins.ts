import { optionalText } from '../../../kit/checkout/optional-text.ts'
import { readCondaFile } from '../../../python/manifest/conda.ts'
import { readPipfile } from '../../../python/manifest/pipfile.ts'
import { readToml } from '../../../python/toml/read.ts'
import { locate } from '../../../python/toml/locate.ts'
import { listAt, textAt, valueAt } from '../../../python/toml/table.ts'
import { hasFile, pathIn, type Place } from '../packages/place.ts'
import { unsupportedPython } from '../../../plan-errors.ts'
import { readRequest } from './request.ts'
import type { Reason } from '../../../model/because.ts'
import type { Statement } from './statement.ts'

/** The files in which a project, or its developers' tools, name an interpreter. @throws `unsupported-python` for another implementation */
export function readPins(place: Place): readonly Statement[] {
  return [
    ...readVersionFile(place),
    ...readRuntime(place),
    ...readPipfiles(place),
    ...readConda(place),
    ...readTools(place),
  ]
}

/** The version inside the name of somebody's virtual environment, which .python-version may hold: pyenv-virtualenv writes it. */
export function readEnvironmentName(place: Place): { readonly minor: string; readonly reason: Reason } | null {
  const first = linesIn(deciding(place, '.python-version')).find(({ text }) => text !== '')
  if (first === undefined || readRequest(first.text).kind !== 'nothing') return null
  const minor = /(?:^|\D)(3\.\d{1,2})(?:\.\d{1,3})?$/.exec(first.text.slice(0, 200))?.[1]
  const reason = { file: pathIn(place, '.python-version'), line: first.line, text: first.text.slice(0, 200) }
  return minor === undefined ? null : { minor, reason }
}

/** pyenv's and uv's file: one version a line, the first one counts. */
function readVersionFile(place: Place): Statement[] {
  const line = linesIn(deciding(place, '.python-version')).find(({ text }) => text !== '')
  return line === undefined ? [] : state(pathIn(place, '.python-version'), line.line, line.text, 'pin')
}

function readRuntime(place: Place): Statement[] {
  const line = linesIn(deciding(place, 'runtime.txt')).find(({ text }) => /^(?:python[-@ ]*)?v?\d/i.test(text))
  return line === undefined ? [] : state(pathIn(place, 'runtime.txt'), line.line, line.text, 'pin')
}

/** Pipfile.lock repeats what the Pipfile says, and speaks alone only where there is no Pipfile. */
function readPipfiles(place: Place): Statement[] {
  const file = pathIn(place, 'Pipfile')
  const limit = readPipfile(file, place.checkout)?.python
  if (limit == null) return []
  const wanted = /"(.*)"/.exec(limit.text)?.[1] ?? ''
  return state(file, limit.line, wanted, 'pin', limit.text)
}

function readConda(place: Place): Statement[] {
  const name = ['environment.yml', 'environment.yaml'].find(name => hasFile(place, name))
  if (name === undefined) return []
  const limit = readCondaFile(pathIn(place, name), place.checkout)?.python
  return limit == null
    ? []
    : state(pathIn(place, name), limit.line, limit.text.replace(/^python\s*/, ''), 'tool', limit.text)
}

/** asdf and mise: settings of the developers' machines. */
function readTools(place: Place): Statement[] {
  const statements: Statement[] = []
  for (const { text, line } of linesIn(optionalText(place.checkout, pathIn(place, '.tool-versions')))) {
    const wanted = /^python\s+(\S+)/.exec(text)?.[1]
    if (wanted !== undefined) statements.push(...state(pathIn(place, '.tool-versions'), line, wanted, 'tool', text))
  }
  for (const name of ['mise.toml', '.mise.toml', '.config/mise.toml', '.config/mise/config.toml']) {
    const file = pathIn(place, name)
    const text = optionalText(place.checkout, file)
    if (text === null) continue
    const table = readToml(text, file)
    const value = valueAt(table, 'tools', 'python')
    const wanted =
      typeof value === 'string'
        ? value
        : (textAt(value, 'version') ?? textAt({ first: listAt({ value }, 'value')[0] }, 'first'))
    if (wanted !== null)
      statements.push(...state(file, locate(text, ['tools'], 'python'), wanted, 'tool', `python = "${wanted}"`))
  }
  return statements
}

/** A file that decides, so that one which cannot be read is refused by its name. */
function deciding(place: Place, name: string): string | null {
  return place.checkout.text(pathIn(place, name))
}

function linesIn(text: string | null): readonly { readonly text: string; readonly line: number }[] {
  return (text ?? '')
    .slice(0, 10_000)
    .split('\n')
    .map((line, index) => ({ text: line.replace(/#.*$/, '').trim(), line: index + 1 }))
}

function state(file: string, line: number | null, wanted: string, kind: 'pin' | 'tool', shown = wanted): Statement[] {
  const reason = { file, line, text: shown.slice(0, 200) }
  const request = readRequest(wanted)
  if (request.kind === 'nothing') return []
  if (request.kind === 'minor') return [{ reason, kind, constraint: request.constraint, minor: request.minor }]
  if (request.kind === 'range') return [{ reason, kind: 'range', constraint: request.constraint, minor: null }]
  if (kind === 'tool') return []
  throw unsupportedPython({
    what: `${file} asks for ${request.what}.`,
    why: 'Images hold CPython in its usual build.',
    next: `Name a CPython version in ${file}, such as 3.13.`,
    evidence: [reason],
  })
}
