import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findPython, pythonInLayer, resolveInside } from './python.ts'

let layer: string
beforeEach(() => {
  layer = mkdtempSync(join(tmpdir(), 'wherry-layer-'))
})
afterEach(() => rmSync(layer, { recursive: true }))

function file(path: string): void {
  mkdirSync(join(layer, path, '..'), { recursive: true })
  writeFileSync(join(layer, path), '')
}

test('links are followed inside the layer only', async () => {
  file('etc/passwd')
  symlinkSync('/etc', join(layer, 'absolute'))
  symlinkSync('../../../../etc/passwd', join(layer, 'up'))
  symlinkSync('loop', join(layer, 'loop'))
  symlinkSync('/nowhere', join(layer, 'dangling'))
  expect(await resolveInside(layer, 'absolute/passwd')).toBe(join(layer, 'etc/passwd'))
  expect(await resolveInside(layer, 'up')).toBe(join(layer, 'etc/passwd'))
  expect(await resolveInside(layer, '../../etc/./passwd')).toBe(join(layer, 'etc/passwd'))
  expect(await resolveInside(layer, 'loop')).toBeNull()
  expect(await resolveInside(layer, 'dangling')).toBeNull()
  expect(await resolveInside(layer, 'missing')).toBeNull()
})

test('the newest Python of a layer is run by the loader of the same layer', async () => {
  for (const name of ['python3.9', 'python3.13', 'python3', 'python3.13-config']) file(`usr/bin/${name}`)
  file('usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2')
  mkdirSync(join(layer, 'usr/lib64'))
  symlinkSync('usr/lib64', join(layer, 'lib64'))
  symlinkSync('/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2', join(layer, 'usr/lib64/ld-linux-x86-64.so.2'))
  const libraries = ['usr/lib/x86_64-linux-gnu', 'usr/lib64', 'usr/lib'].map(path => join(layer, path)).join(':')
  const loader = join(layer, 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2')
  const python = join(layer, 'usr/bin/python3.13')
  expect(await pythonInLayer(layer)).toEqual([loader, '--inhibit-cache', '--library-path', libraries, python])
})

test('a layer without Python, with an old one, or without a loader has none', async () => {
  expect(await pythonInLayer(layer)).toBeNull()
  file('lib64/ld-linux-x86-64.so.2')
  file('usr/bin/python3.8')
  expect(await pythonInLayer(layer)).toBeNull()
  rmSync(join(layer, 'lib64'), { recursive: true })
  file('usr/bin/python3.12')
  expect(await pythonInLayer(layer)).toBeNull()
})

test('without a layer that is vouched for, the Python of the machine is used', async () => {
  expect(await findPython([layer])).toEqual(await findPython())
})
