import { parse } from 'smol-toml'
import type { Because, Reason } from '../../model/because.ts'
import { normalizeName } from '../name.ts'

/** Build requirements and backends that are there to compile something. */
const tools = new Set([
  'cython',
  'cython3',
  'cffi',
  'cmake',
  'f2py',
  'hatch-cython',
  'hatch-mypyc',
  'maturin',
  'meson',
  'meson-python',
  'mypy',
  'nanobind',
  'ninja',
  'numpy',
  'oldest-supported-numpy',
  'pybind11',
  'scikit-build',
  'scikit-build-core',
  'setuptools-golang',
  'setuptools-rust',
  'sip',
])

/** How setup.py and the tables of pyproject.toml declare modules that are compiled. */
const declarations =
  /\b(?:ext_modules|build_ext|ext-modules|cffi_modules|rust_extensions|CMakeExtension|cythonize|mypycify|Extension\s*\()/

/** The places of an sdist's own files that ask for a compiler. `files` are those at its top, by name. */
export function findNative(files: ReadonlyMap<string, string>): Because {
  return [
    ...fromRequirements(files.get('pyproject.toml') ?? ''),
    ...fromLines('pyproject.toml', files.get('pyproject.toml') ?? ''),
    ...fromLines('setup.py', files.get('setup.py') ?? ''),
    ...fromLines('setup.cfg', files.get('setup.cfg') ?? ''),
  ]
}

function fromRequirements(text: string): Reason[] {
  const reasons: Reason[] = []
  for (const requirement of buildRequirements(text)) {
    const name = normalizeName(/^\s*([A-Za-z0-9._-]{1,128})/.exec(requirement)?.[1] ?? '')
    if (!tools.has(name)) continue
    const lines = text.split('\n')
    const line = lines.findIndex(line => line.includes(requirement))
    reasons.push({ file: 'pyproject.toml', line: line < 0 ? null : line + 1, text: `is built with ${name}` })
  }
  return reasons
}

function buildRequirements(text: string): string[] {
  try {
    const system = Object(parse(text)['build-system']) as Record<string, unknown>
    const { requires } = system
    return Array.isArray(requires) ? requires.filter(item => typeof item === 'string') : []
  } catch {
    return []
  }
}

function fromLines(file: string, text: string): Reason[] {
  const lines = text.split('\n')
  const line = lines.findIndex(line => !line.trimStart().startsWith('#') && declarations.test(line.slice(0, 1000)))
  return line < 0 ? [] : [{ file, line: line + 1, text: lines[line]?.trim().slice(0, 200) ?? '' }]
}
