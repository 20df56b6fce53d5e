import { expect, test } from 'vitest'
import { chooseNode, newestFor, nodeRange } from './version.ts'

const versions = [
  '16.20.2',
  '18.20.8',
  '20.19.5',
  '22.11.0',
  '22.21.0',
  '23.1.0',
  '24.3.0',
  '25.0.0',
  '26.1.0',
  '24.4.0-rc.1',
]

test('files and fields say versions in many ways', () => {
  expect(chooseNode(nodeRange('v22.11.0\n') ?? '', versions)).toBe('22.11.0')
  expect(chooseNode(nodeRange('lts/iron') ?? '', versions)).toBe('20.19.5')
  expect(chooseNode(nodeRange('22') ?? '', versions)).toBe('22.21.0')
  expect(chooseNode(nodeRange('>=18 <20') ?? '', versions)).toBe('18.20.8')
  expect(nodeRange('nonsense here')).toBeNull()
  expect(nodeRange('')).toBeNull()
})

test('of an open range the newest long-term line we know is taken, another one only where it must be', () => {
  expect(chooseNode('*', versions)).toBe('24.3.0')
  expect(chooseNode('>=25', versions)).toBe('26.1.0')
  expect(chooseNode('^23', versions)).toBe('23.1.0')
  expect(chooseNode('^12', versions)).toBeNull()
})

test('a package manager must run on the Node.js that was chosen', () => {
  const offered = [
    { version: '10.9.0', node: '^18.17.0 || >=20.5.0' },
    { version: '11.0.0', node: '>=20.17.0' },
    { version: '12.0.0-beta.1', node: null },
  ]
  expect(newestFor('18.20.8', offered)).toBe('10.9.0')
  expect(newestFor('22.1.0', offered)).toBe('11.0.0')
  expect(newestFor('16.0.0', offered)).toBeNull()
})
