import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { ErrorEntry } from '../src/kit/error.ts'
import type { NoteEntry } from '../src/steps/detect/note.ts'
import * as notes from '../src/steps/detect/notes.ts'
import { wholeSchema } from '../src/targets/index.ts'

/** Writes the reference pages from the source; `--check` fails instead when a committed page differs. */

const root = join(import.meta.dirname, '..')
const check = process.argv.includes('--check')

const pages: Readonly<Record<string, string>> = {
  'docs/errors.md': await errorsPage(),
  'docs/notes.md': notesPage(),
  'docs/config.md': configPage(),
  'schema/wherry.schema.json': `${JSON.stringify(jsonSchema(), null, 2)}\n`,
}

const stale: string[] = []
for (const [path, text] of Object.entries(pages)) {
  const file = join(root, path)
  if (read(file) === text) continue
  stale.push(path)
  if (check) continue
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
if (stale.length > 0) console.error(`${check ? 'stale, run `npm run docs`:' : 'written:'} ${stale.join(', ')}`)
if (check && stale.length > 0) process.exitCode = 1

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

async function errorsPage(): Promise<string> {
  const entries: ErrorEntry[] = []
  for (const file of globSync('src/**/*errors.ts', { cwd: root }).sort()) {
    const module = (await import(join(root, file))) as Record<string, { entry?: ErrorEntry }>
    for (const made of Object.values(module)) if (made.entry) entries.push(made.entry)
  }
  entries.sort((a, b) => (a.code < b.code ? -1 : 1))
  const twice = entries.filter((entry, i) => entries[i + 1]?.code === entry.code)
  if (twice.length > 0) throw new Error(`error codes used twice: ${twice.map(entry => entry.code).join(', ')}`)
  const body = entries.map(
    entry => `## ${entry.code}\n\n**${entry.title}.** Exit code ${entry.exit ?? 1}.\n\n${entry.help}\n`,
  )
  return `# Errors\n\nEvery error has a permanent code. It says what happened, why, and what to do next. This page is generated from the source\n(\`npm run docs\`).\n\nExit codes: 0 done · 1 the app or its settings · 2 usage · 10 rolled back, the old release serves · 11 unknown, run \`wherry recover\` ·\n12 locked · 70 a bug of ours · 75 try again.\n\n${body.join('\n')}`
}

function notesPage(): string {
  const entries: NoteEntry[] = Object.values(notes).map(({ entry }) => entry)
  entries.sort((a, b) => (a.code < b.code ? -1 : 1))
  const body = entries.map(entry => `## ${entry.code}\n\n**${entry.title}.**\n\n${entry.help}\n`)
  return `# Notes\n\nWhat \`wherry detect\` says though nothing is wrong enough to refuse. Each has a permanent code. This page is generated from the source\n(\`npm run docs\`).\n\n${body.join('\n')}`
}

interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  /** Of a table whose keys are names of the user's. */
  readonly additionalProperties?: JsonSchema | boolean
}

function jsonSchema(): JsonSchema {
  return { ...(z.toJSONSchema(wholeSchema) as JsonSchema), ...({ title: 'wherry.toml' } as object) }
}

function rowsOf(schema: JsonSchema, prefix: string): string[] {
  const rows: string[] = []
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    const path = prefix + key
    const example = value.examples?.[0]
    const shown = example === undefined ? '' : ` Example: \`${path} = ${toml(example)}\`.`
    rows.push(`| \`${path}\` | ${value.description ?? ''}${shown} |`, ...rowsOf(value, `${path}.`))
    // Below [apps] are the keys of the whole file again.
    if (path === 'targets' && typeof value.additionalProperties === 'object')
      rows.push(...rowsOf(value.additionalProperties, `${path}.NAME.`))
  }
  return rows
}

function configPage(): string {
  return `# wherry.toml\n\nNothing here is needed: a key overrides what was detected. The same keys work under \`[tool.wherry]\` in pyproject.toml;\nwherry.toml wins. An unknown key is an error that names the nearest known one. For help in an editor, point its TOML plug-in at\n\`schema/wherry.schema.json\` of the npm package. This page is generated from the source (\`npm run docs\`).\n\n| key | meaning |\n|---|---|\n${rowsOf(jsonSchema(), '').join('\n')}\n`
}

function toml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${/^[\w-]+$/.test(key) ? key : JSON.stringify(key)} = ${toml(inner)}`)
    .join(', ')} }`
}
