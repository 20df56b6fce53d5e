import { expect, test } from 'vitest'
import { hashedNames } from './hashed-names.ts'

const matches = (uri: string) => hashedNames.some(({ pattern }) => new RegExp(pattern).test(uri))

test.each([
  '/static/css/base.0123456789ab.css', // Django
  '/static/css/base.min.5e8f0a1b2c3d.css',
  '/static/js/main.8a2b9c1d.chunk.js', // webpack
  '/static/js/main.8a2b9c1d.js.map',
  '/static/4f1d2c3b4a5968778695.png', // webpack's media
  '/static/app-d41d8cd98f00b204e9800998ecf8427e.css', // Flask-Static-Digest
  '/assets/index-BxYz1z34.js', // Vite
  '/assets/index-D4sK9a2B.css',
  '/main-5XVQ2ABC.js', // Angular
])('%s holds a hash', uri => {
  expect(matches(uri)).toBe(true)
})

test.each([
  '/static/site-settings.js',
  '/static/photo-20240101.jpg',
  '/static/icon-1024x768.png',
  '/static/icon-iPhone12.png',
  '/static/product-windows8.png',
  '/static/jquery-3.7.1.min.js',
  '/static/bootstrap.bundle.min.js',
  '/static/data-dataTable.js',
  '/static/backup-20240101120000.zip',
  '/static/LICENSE-README12.txt',
  '/static/app.js',
  '/static/deadbeef',
  '/static/a-deadbeef.js',
  '/static/abc12345.png',
  '/static/logo-With-A1b.png',
  '/static/app.12345678.js',
  '/static/x-1234abcd.js/y.html',
])('%s holds none', uri => {
  expect(matches(uri)).toBe(false)
})
