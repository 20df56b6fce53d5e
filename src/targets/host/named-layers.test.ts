import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { namedLayers } from './named-layers.ts'

let state: string
beforeEach(() => void (state = mkdtempSync(join(tmpdir(), 'named-'))))
afterEach(() => rmSync(state, { recursive: true }))

function write(path: string, value: object): void {
  mkdirSync(join(state, path, '..'), { recursive: true })
  writeFileSync(join(state, path), JSON.stringify(value))
}

test('the layers of every release, service and edge of every app, and the agent’s Python, also by their real paths', async () => {
  mkdirSync(join(state, 'real'))
  symlinkSync(join(state, 'real'), join(state, 'linked'))
  write('shop-1/releases/1/web.json', { layers: ['/cache/layer-tree/a', join(state, 'linked')] })
  write('shop-1/releases/1/record.json', { number: 1 })
  write('shop-1/releases/2/worker.json', { layers: ['/cache/layer-tree/b', 7] })
  write('notes-2/releases/9/web.json', { layers: ['/cache/layer-tree/c'] })
  write('notes-2/edge/nginx-1.json', { layers: ['/cache/layer-tree/e'] })
  write('notes-2/services/postgres/main.json', { layers: ['/cache/service-image/f'] })
  write('runtime/python.json', ['/cache/layer-tree/d/usr/bin/python3', '-I'])
  expect([...(await namedLayers(state))].sort()).toEqual(
    [
      '/cache/layer-tree/a',
      '/cache/layer-tree/b',
      '/cache/layer-tree/c',
      '/cache/layer-tree/d/usr/bin/python3',
      '/cache/layer-tree/e',
      '/cache/service-image/f',
      join(state, 'linked'),
      join(state, 'real'),
    ].sort(),
  )
})

test('no state, no layers; a spec that cannot be read ends it', async () => {
  expect((await namedLayers(join(state, 'missing'))).size).toBe(0)
  mkdirSync(join(state, 'shop-1/releases/1'), { recursive: true })
  writeFileSync(join(state, 'shop-1/releases/1/web.json'), '{')
  await expect(namedLayers(state)).rejects.toThrow(SyntaxError)
})
