import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { makeRepository, removeRepository, type Files } from '../../../../test/support/repository.ts'
import type { Project } from '../../../model/project.ts'
import { detect } from '../index.ts'

let root = ''
afterEach(() => removeRepository(root))

async function found(files: Files): Promise<Project> {
  root = makeRepository(files)
  return (await detect(root, { report: () => {} })).project
}

const flask = 'from flask import Flask\napp = Flask(__name__)\n'
const vite = JSON.stringify({
  scripts: { build: 'vite build' },
  devDependencies: { vite: '6' },
  engines: { node: '>=20' },
})
const base = { 'notes/__init__.py': flask, 'requirements.txt': 'flask==3.1.0\n', 'notes/static/.gitkeep': '' }

test('a build whose configuration writes into the app’s static directory, by its lock, with two witnesses', async () => {
  const { frontEnds, notes } = await found({
    ...base,
    'frontend/package.json': vite,
    'frontend/package-lock.json': '{}',
    'frontend/.nvmrc': 'v22.11.0\n',
    'frontend/vite.config.js': "export default {\n  build: { outDir: '../notes/static/dist' },\n}\n",
  })
  expect(frontEnds).toEqual([
    {
      directory: 'frontend',
      workspace: 'frontend',
      manager: 'npm',
      lock: 'frontend/package-lock.json',
      script: 'build',
      outputs: ['notes/static/dist'],
      node: '22.11.0',
      tool: null,
      because: [
        { file: 'notes/__init__.py', line: 2, text: 'app = Flask(__name__)' },
        { file: 'frontend/vite.config.js', line: 2, text: "build: { outDir: '../notes/static/dist' }," },
      ],
    },
  ])
  expect(notes).toEqual([])
})

test('a tool’s own default, where the settings point to it; nginx serves what will be built', async () => {
  const { frontEnds, statics } = await found({
    'main.py':
      'from fastapi import FastAPI\nfrom fastapi.staticfiles import StaticFiles\napp = FastAPI()\napp.mount("/assets", StaticFiles(directory="web/dist/assets"))\n',
    'requirements.txt': 'fastapi==0.115.0\n',
    'web/package.json': vite,
    'web/yarn.lock': '__metadata:\n  version: 8\n',
  })
  expect(frontEnds).toMatchObject([{ outputs: ['web/dist'], manager: 'yarn-berry', node: '>=20.0.0' }])
  expect(statics).toMatchObject([{ url: '/assets/', directory: 'web/dist/assets' }])
})

test('Django: directories of the settings, and a command that names its file', async () => {
  const settings =
    'from pathlib import Path\nBASE_DIR = Path(__file__).parent.parent\nINSTALLED_APPS = ["django.contrib.staticfiles"]\nROOT_URLCONF = "shop.urls"\nWSGI_APPLICATION = "shop.wsgi.application"\nSTATIC_URL = "static/"\nSTATICFILES_DIRS = [BASE_DIR / "assets"]\n'
  const { frontEnds } = await found({
    'manage.py': 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    'shop/__init__.py': '',
    'shop/settings.py': settings,
    'shop/urls.py': 'urlpatterns = []\n',
    'shop/wsgi.py':
      'import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\napplication = get_wsgi_application()\n',
    'requirements.txt': 'django==5.2\n',
    'assets/logo.svg': '<svg/>',
    'package.json': JSON.stringify({
      scripts: { build: 'npm run css', css: 'tailwindcss -i in.css -o assets/css/site.css' },
    }),
    'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
  })
  expect(frontEnds).toMatchObject([{ directory: '.', manager: 'pnpm', outputs: ['assets/css/site.css'] }])
})

test('committed output is used as it is; a front-end that nothing serves is said', async () => {
  const committed = await found({
    ...base,
    'frontend/package.json': vite,
    'frontend/package-lock.json': '{}',
    'frontend/vite.config.js': "export default { build: { outDir: '../notes/static/dist' } }",
    'notes/static/dist/index.js': '',
  })
  expect(committed.frontEnds).toEqual([])
  removeRepository(root)
  const apart = await found({
    ...base,
    'frontend/package.json': JSON.stringify({ scripts: { build: 'vite build' }, dependencies: { 'react-dom': '19' } }),
  })
  expect(apart.frontEnds).toEqual([])
  expect(apart.notes).toMatchObject([{ code: 'front-end-apart', because: [{ file: 'frontend/package.json' }] }])
})

test('a workspace’s lock stands above its members', async () => {
  const { frontEnds } = await found({
    ...base,
    'package.json': JSON.stringify({ workspaces: ['ui'] }),
    'package-lock.json': '{}',
    'ui/package.json': JSON.stringify({ scripts: { build: 'esbuild a.js --outdir=../notes/static/js' } }),
  })
  expect(frontEnds).toMatchObject([
    { directory: 'ui', workspace: '.', lock: 'package-lock.json', outputs: ['notes/static/js'] },
  ])
})

test('the config has the last word', async () => {
  const files = {
    ...base,
    'ui/package.json': JSON.stringify({ scripts: { build: 'make', ship: 'make all' } }),
    'ui/yarn.lock': '',
  }
  const asked = '[[front-end]]\ndirectory = "./ui/"\nscript = "ship"\noutputs = ["./notes/static/out/"]\n'
  expect((await found({ ...files, 'wherry.toml': asked })).frontEnds).toMatchObject([
    { directory: 'ui', script: 'ship', outputs: ['notes/static/out'], manager: 'yarn' },
  ])
  removeRepository(root)
  const none = { ...base, 'frontend/package.json': vite, 'frontend/vite.config.js': "outDir: '../notes/static/dist'" }
  expect((await found({ ...none, 'wherry.toml': 'front-end = false\n' })).frontEnds).toEqual([])
})

test('a package.json that is none is nobody’s front-end', async () => {
  const broken = { 'a/package.json': '{', 'b/package.json': '[]', 'c/package.json': '{"scripts": "build"}' }
  expect((await found({ ...base, ...broken })).frontEnds).toEqual([])
})

test.each(['../other', '/etc', 'a/../../b', '..'])('the config names places of the repository only: %s', async path => {
  const asked = `[[front-end]]\ndirectory = "ui"\noutputs = [${JSON.stringify(path)}]\n`
  await expect(found({ ...base, 'ui/package.json': vite, 'wherry.toml': asked })).rejects.toMatchObject({
    code: 'invalid-config',
  })
})

test('what only looks like a path, names of packages above all, is no output', async () => {
  const { frontEnds } = await found({
    ...base,
    'notes/static/ui/package.json': vite,
    'notes/static/ui/package-lock.json': '{}',
    'notes/static/ui/vite.config.js': `import x from 'unplugin/vite'\nproxy('^/api')\nexport default { resolve: { modules: ['a/b'] } }\n`,
    'notes/static/ui/vitest.config.js': `import { defineConfig } from 'vitest/config'\n`,
  })
  expect(frontEnds).toMatchObject([{ outputs: ['notes/static/ui/dist'] }])
})

test('a bundle beside the configuration is none, however long it is', async () => {
  const strings = Array.from({ length: 12_000 }, (_, i) => `path: "a${i}/b.js",`)
  const { frontEnds } = await found({
    ...base,
    'frontend/package.json': vite,
    'frontend/package-lock.json': '{}',
    'frontend/bundle.js': "outDir: '../notes/static/bundle'",
    'frontend/vue.min.js': "outDir: '../notes/static/vue'",
    'frontend/angular.js': "outDir: '../notes/static/angular'",
    'frontend/webpack.config.js': `${strings.join('\n')}\n`,
    'frontend/rollup.config.js': `file: '../notes/static/long'\n${' '.repeat(260 * 1024)}`,
    'frontend/vite.config.js': "outDir: '../notes/static/dist'",
  })
  expect(frontEnds).toMatchObject([{ outputs: ['notes/static/dist'] }])
})

test('files that cannot be read stand in nobody’s way', async () => {
  root = makeRepository({
    ...base,
    'a/package.json': '{}'.padEnd(4_200_000),
    'b/package.json': JSON.stringify({ scripts: { build: 'vite build' } }),
    'b/vite.config.js': "import './webpack.extra.js'\noutDir: '../notes/static/dist'",
    Procfile: 'x'.repeat(4_200_000),
    Dockerfile: 'x'.repeat(4_200_000),
  })
  for (const name of [
    'c/package.json',
    'b/webpack.extra.js',
    'b/yarn.lock',
    'b/.nvmrc',
    '.tool-versions',
    'mise.toml',
  ]) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    symlinkSync('/etc/hostname', join(root, name))
  }
  const { project } = await detect(root, { report: () => {} })
  expect(project.frontEnds).toMatchObject([{ directory: 'b', outputs: ['notes/static/dist'], node: null }])
})
