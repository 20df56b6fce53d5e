import { expect, test } from 'vitest'
import { makeVenv } from './venv.ts'

test('is made of files and links only, all below its prefix', () => {
  const tree = makeVenv({ executable: '/usr/bin/python3.13', version: '3.13.5' }, { prefix: 'opt/app', minor: '3.13' })
  const config = tree.find(({ path }) => path === 'opt/app/pyvenv.cfg')
  const text = config?.kind === 'file' && 'data' in config.bytes ? Buffer.from(config.bytes.data).toString() : ''
  expect(text).toBe(
    'home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.13.5\nexecutable = /usr/bin/python3.13\n',
  )
  const links = tree.filter(entry => entry.kind === 'link').map(({ path, target }) => [path, target])
  expect(Object.fromEntries(links)).toEqual({
    'opt/app/bin/python': '/usr/bin/python3.13',
    'opt/app/bin/python3': 'python',
    'opt/app/bin/python3.13': 'python',
    'opt/app/lib64': 'lib',
  })
  expect(tree.every(({ path }) => path.startsWith('opt/app/'))).toBe(true)
})
