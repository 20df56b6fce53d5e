import type { SystemLibraryFact } from '../../../model/project.ts'
import { importsOf } from '../../../python/source/imports.ts'
import { appFiles, reason, type Ground } from './ground.ts'

/**
 * Libraries and programs that packages look for by name while they run (dlopen, subprocess), so that no shared object's needs tell
 * of them. The key is the imported module; the value the name that steps/image maps to packages of the base.
 */
const askedFor: Readonly<Record<string, string>> = {
  magic: 'magic',
  cairo: 'cairo',
  cairocffi: 'cairo',
  cairosvg: 'cairo',
  weasyprint: 'pango',
  pdf2image: 'poppler',
  pydub: 'ffmpeg',
  ffmpeg: 'ffmpeg',
  moviepy: 'ffmpeg',
  pytesseract: 'tesseract',
  pdfkit: 'wkhtmltopdf',
  pyzbar: 'zbar',
  pypandoc: 'pandoc',
  wand: 'magickwand',
  soundfile: 'sndfile',
  git: 'git',
  ldap: 'ldap',
  pyodbc: 'odbc',
  xmlsec: 'xmlsec',
  enchant: 'enchant',
  graphviz: 'graphviz',
}

/** Files are parsed only when they import one of these. */
const asks = new RegExp(`^[ \\t]*(?:from|import)\\b[^\\n]*\\b(?:${Object.keys(askedFor).join('|')})\\b`, 'm')

/** geo settings and models load GDAL, GEOS and PROJ by name. */
const geodjango = /['"]django\.contrib\.gis['"]|django\.contrib\.gis\.db\.backends/

export function findLibraries(ground: Ground): SystemLibraryFact[] {
  const found = new Map<string, SystemLibraryFact>()
  for (const file of appFiles(ground)) {
    const text = ground.tree.text(file)
    for (const { module, level, line, file: own, placed, nested } of asks.test(text)
      ? importsOf(ground.tree, file)
      : []) {
      const top = module.split('.')[0] ?? ''
      const name = level === 0 && own === null ? askedFor[top] : undefined
      // An import that may fail, or that only some call makes, counts when the packages bring the module.
      const optional = (placed.tried || nested) && !brings(ground, top)
      if (name && !optional && !found.has(name)) found.set(name, { name, because: [reason(ground.tree, file, line)] })
    }
    const geo = found.has('gdal') || !geodjango.test(text) ? -1 : text.split('\n').findIndex(one => geodjango.test(one))
    if (geo >= 0) found.set('gdal', { name: 'gdal', because: [reason(ground.tree, file, geo + 1)] })
  }
  const client = libpq(ground)
  if (client) found.set('pq', client)
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Psycopg 3 without its binary or C part opens libpq by name (psycopg: Installation, "Pure Python installation"). */
function libpq(ground: Ground): SystemLibraryFact | null {
  if (!ground.requires('psycopg') || ground.requires('psycopg-binary') || ground.requires('psycopg-c')) return null
  for (const file of appFiles(ground)) {
    const line = ground.tree
      .text(file)
      .split('\n')
      .findIndex(each => /psycopg|postgresql/.test(each))
    if (line >= 0) return { name: 'pq', because: [reason(ground.tree, file, line + 1)] }
  }
  return null
}

/** Distributions are named after their module, or with `python-` or `py` before it. */
function brings(ground: Ground, module: string): boolean {
  const name = module.toLowerCase()
  return [name, `python-${name}`, `py${name}`, `${name}-python`, `${name}python`].some(each => ground.requires(each))
}
