import { expect, test } from 'vitest'
import type { Lock } from '../../../model/lock.ts'
import { writeRequirements } from './requirements.ts'
import { writeDockerfile, type DockerfileFacts } from './write.ts'

const sha256 = 'a'.repeat(64)
const debian = (name: string, version: string) =>
  ({ name, version, pocket: 'main', path: `pool/${name}.deb`, size: 1, sha256 }) as const
const lock: Lock = {
  requirements: sha256,
  python: '3.13.5',
  base: {
    kind: 'debian',
    suite: 'trixie',
    architecture: 'amd64',
    mirrors: { archive: 'https://archive.example', security: null },
    packages: [debian('python3', '3.13.5-1')],
    nginx: [debian('nginx', '1.26.3-3')],
    libraries: [],
  },
  wheels: [
    { name: 'flask', version: '3.1', file: 'flask.whl', url: 'https://index.example/flask.whl', size: 1, sha256 },
    { name: 'own', version: '1', file: 'own-1.whl', url: 'file:///vendor/own-1.whl', size: 1, sha256 },
  ],
  sdists: [],
  compiler: [],
  server: null,
  systemLibraries: [],
  data: [],
  frontEnd: null,
  asOf: null,
} as unknown as Lock

const facts: DockerfileFacts = {
  name: 'shop',
  lock,
  directory: 'wherry docker',
  data: [{ at: '/app/it is/db', in: '/data/it is/db' }],
  collect: { argv: ['python', '/c.py'], env: { SECRET_KEY: "it's $HOME" } },
  config: {
    architecture: 'amd64',
    user: '10001:10001',
    env: { PATH: '/venv/bin', PRICE: '$5 "off"' },
    entrypoint: ['/launcher'],
    command: ['web'],
    workingDirectory: '/app',
    labels: { a: '[{"url":"/static/"}]' },
    created: '1980-01-01T00:00:00Z',
  },
}

test('no value is read as a variable or as another word', () => {
  const text = writeDockerfile(facts)
  expect(text).toContain('PRICE="\\$5 \\"off\\""')
  expect(text).toContain(`SECRET_KEY='it'\\''s $HOME' python /c.py`)
  expect(text).toContain(`ln -s '/data/it is/db' '/app/it is/db'`)
  expect(text).toContain('COPY ["wherry docker/files/", "/"]')
})

test('versions are those of the lock, on its suite, as a user without rights', () => {
  const lines = writeDockerfile(facts).split('\n')
  for (const line of ['ARG BASE=debian:trixie-slim', '      nginx=1.26.3-3 \\', 'USER 10001:10001'])
    expect(lines).toContain(line)
})

test('distributions are named by version and hash, those of the repository by their file', () => {
  expect(writeRequirements(lock)).toBe(`./own-1.whl --hash=sha256:${sha256}\nflask==3.1 --hash=sha256:${sha256}\n`)
})
