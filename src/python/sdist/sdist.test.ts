import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSdist, type Sdist } from './read.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sdist-'))
})
afterAll(() => rm(root, { recursive: true }))

async function read(bytes: Buffer, file = 'demo-1.0.tar.gz'): Promise<Sdist> {
  const path = join(root, 'x.tar.gz')
  await writeFile(path, bytes)
  return readSdist(path, file)
}

function tar(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).map(([path, text]) => {
    const body = Buffer.from(text)
    const header = Buffer.alloc(512)
    header.write(path)
    header.write('0000644', 100)
    header.write(body.length.toString(8).padStart(11, '0'), 124)
    header.write('        ', 148)
    header.write('0ustar\x0000', 156)
    const sum = header.reduce((a, b) => a + b, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

const info = { 'demo-1.0/PKG-INFO': 'Metadata-Version: 2.1\nName: Demo\nVersion: 1.0\n' }

test('pure Python wants no compiler, whatever its tests hold', async () => {
  const files = {
    ...info,
    'demo-1.0/pyproject.toml': '[build-system]\nrequires = ["setuptools>=61", "wheel"]\n',
    'demo-1.0/setup.py': '# ext_modules would go here\nfrom setuptools import setup\nsetup()\n',
    'demo-1.0/tests/x.c': 'int main;',
    'demo-1.0/tests/setup.py': 'ext_modules = [1]',
  }
  expect(await read(tar(files))).toEqual({ name: 'Demo', version: '1.0', native: [], metadata: null })
})

test.each([
  ['pyproject.toml', '[build-system]\nrequires = [\n  "maturin>=1,<2",\n]\n', 3, 'is built with maturin'],
  ['pyproject.toml', '[tool.setuptools]\next-modules = []\n', 2, 'ext-modules = []'],
  ['setup.py', 'setup(\n    ext_modules=[Extension("a", ["a.c"])],\n)', 2, 'ext_modules=[Extension("a", ["a.c"])],'],
  ['setup.py', 'setup(cffi_modules=["b.py:ffi"])', 1, 'setup(cffi_modules=["b.py:ffi"])'],
])('%s that asks for a compiler is the evidence', async (file, text, line, shown) => {
  const { native } = await read(tar({ ...info, [`demo-1.0/${file}`]: text }))
  expect(native).toEqual([{ file, line, text: shown }])
})

test.each([
  ['2.1', '', false],
  ['2.2', '', true],
  ['2.4', 'Dynamic: License\n', true],
  ['2.2', 'Dynamic: Requires-Dist\n', false],
])('metadata of version %s %s is final: %s', async (version, more, final) => {
  const text = `Metadata-Version: ${version}\nName: Demo\nVersion: 1.0\n${more}`
  expect((await read(tar({ 'demo-1.0/PKG-INFO': text }))).metadata).toBe(final ? text : null)
})

test('without PKG-INFO the file name says what it is', async () => {
  const files = { 'uwsgi-2.0/setup.py': 'from setuptools.command.build_ext import build_ext\n' }
  expect(await read(tar(files), 'uwsgi-2.0.tar.gz')).toMatchObject({
    name: 'uwsgi',
    version: '2.0',
    native: [{ line: 1 }],
  })
})

test('what is no sdist is refused by name', async () => {
  const sound = tar(info)
  const bad = [Buffer.from('hello'), Buffer.alloc(0), sound.subarray(0, -20), gzipSync(Buffer.from('x'.repeat(2000)))]
  for (const bytes of bad) await expect(read(bytes)).rejects.toMatchObject({ code: 'bad-sdist' })
  await expect(read(tar({ a: 'x' }), 'demo.zip')).rejects.toMatchObject({ code: 'bad-sdist' })
  await expect(readSdist(join(root, 'absent'), 'a-1.tar.gz')).rejects.toMatchObject({ code: 'ENOENT' })
})
