import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../config/load.ts'
import { openCheckout } from '../../kit/checkout/index.ts'
import type { Project } from '../../model/project.ts'
import { configFile } from './config-file.ts'

const because = [{ file: 'app.py', line: 1, text: 'app = Flask(__name__)' }]
const project: Project = {
  name: 'shop',
  root: 'back"end',
  python: { version: '3.13', alternatives: [], because },
  packages: { manager: 'pip', lock: null, manifest: 'requirements.txt', because },
  framework: { name: 'django', version: '5.2', settings: 'shop.settings', because },
  app: {
    interface: 'wsgi',
    module: 'shop.wsgi',
    attribute: 'application',
    factory: false,
    script: null,
    path: '',
    omits: [],
    because,
  },
  server: { name: 'gunicorn', declared: false, because },
  statics: [{ url: '/assets/', directory: 'assets', collected: false, because }],
  frontEnds: [],
  processes: [
    { name: 'web', command: null, because },
    { name: 'worker', command: ['celery', '-A', 'shop'], because },
  ],
  migrations: { tool: 'django', command: ['python', 'manage.py', 'migrate'], because },
  tests: null,
  systemLibraries: [],
  data: [{ path: 'db.sqlite3', kind: 'sqlite', because }],
  secrets: [],
  services: [],
  notes: [],
}

test('a new wherry.toml changes nothing, and every line of it is valid once uncommented', async () => {
  const root = mkdtempSync(join(tmpdir(), 'wherry-init-'))
  try {
    const text = configFile(project, '1.4.2')
    writeFileSync(join(root, 'wherry.toml'), text)
    expect((await loadConfig(await openCheckout(root))).config).toEqual({})
    const uncommented = text.split('\n').slice(2).join('\n').replace(/^# /gm, '').replace('"~1.4"', '">=0.1"')
    writeFileSync(join(root, 'wherry.toml'), uncommented)
    expect((await loadConfig(await openCheckout(root))).config).toMatchObject({
      name: 'shop',
      root: 'back"end',
      app: 'shop.wsgi:application',
      data: ['db.sqlite3'],
      processes: { worker: ['celery', '-A', 'shop'] },
      static: { '/assets/': 'assets' },
      release: { command: ['python', 'manage.py', 'migrate'] },
    })
  } finally {
    rmSync(root, { recursive: true })
  }
})
