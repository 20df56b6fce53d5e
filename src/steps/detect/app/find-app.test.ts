import { describe, expect, test } from 'vitest'
import { isWherryError, type WherryError } from '../../../kit/error.ts'
import { django } from './cases/django.ts'
import type { Case } from './cases/case.ts'
import { fastapi } from './cases/fastapi.ts'
import { flask } from './cases/flask.ts'
import { imports } from './cases/imports.ts'
import { refusals } from './cases/refusals.ts'
import { pyramid } from './cases/pyramid.ts'
import { others } from './cases/others.ts'
import { pages } from './cases/pages.ts'
import { rules } from './cases/rules.ts'
import { findApp, type AppFinding, type AppPackages } from './index.ts'
import type { Texts } from './search.ts'

const tables = { flask, fastapi, django, pyramid, others, pages, imports, rules, refusals }

for (const [name, cases] of Object.entries(tables)) {
  describe(name, () => {
    test.each(cases.map(one => [one.name, one] as const))('%s', async (_, one) => {
      const found = await run(one)
      expect(isWherryError(found) ? found.code : write(found)).toBe(one.expect)
      if (isWherryError(found)) {
        expect([found.message, found.what, found.why, found.next].join(' ')).toContain(one.says ?? '')
        return
      }
      expect({ root: found.root, path: found.app.path }).toEqual({ root: one.root ?? '', path: one.path ?? '' })
      if (one.manifests !== undefined) expect(found.manifests).toBe(one.manifests)
      if (one.server !== undefined)
        expect(`${found.server.name}${found.server.declared || one.server === found.server.name ? '' : '+'}`).toBe(
          one.server,
        )
      if (one.settings !== undefined) expect(found.settings?.module).toBe(one.settings)
      if (one.notes !== undefined) expect(found.notes.map(note => note.code)).toEqual(one.notes)
      expect(found.app.because.length).toBeGreaterThan(0)
    })
  })
}

async function run({ files, app, in: root }: Case): Promise<AppFinding | WherryError> {
  const texts = repository(files)
  try {
    return await findApp(texts, directory => requirements(texts, directory), {
      ...(app === undefined ? {} : { app }),
      ...(root === undefined ? {} : { root }),
    })
  } catch (error) {
    if (isWherryError(error)) return error
    throw error
  }
}

function write({ app, framework }: AppFinding): string {
  const target = app.script ?? `${app.module}:${app.attribute}${app.factory ? '()' : ''}`
  return `${framework?.name ?? '-'} ${app.interface} ${target}`
}

function repository(files: Readonly<Record<string, string | undefined>>): Texts {
  const present = new Map(Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined))
  return { files: [...present.keys()].sort(), has: path => present.has(path), text: path => present.get(path) ?? null }
}

/** A requirements.txt of plain names and pins, as the step that reads packages would give it. */
function requirements(texts: Texts, directory: string): AppPackages {
  const file = directory === '' ? 'requirements.txt' : `${directory}/requirements.txt`
  const lines = (texts.text(file) ?? '').split('\n').map(line => line.split('=='))
  return {
    requires(name) {
      const line = lines.findIndex(([one]) => one === name)
      return line === -1 ? null : { file, line: line + 1, text: name }
    },
    version: name => lines.find(([one]) => one === name)?.[1] ?? null,
  }
}
