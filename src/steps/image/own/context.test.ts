import { afterEach, expect, test } from 'vitest'
import { makeRepository, removeRepository, type Files } from '../../../../test/support/repository.ts'
import { openCheckout } from '../../../kit/checkout/index.ts'
import { readOwnContext } from './context.ts'

let root = ''
afterEach(() => removeRepository(root))

const key = ['sk', 'live', '51Hq8ZkLmN3pRt7VwXy2Bc4Df'].join('_')
async function read(files: Files, allowed: readonly string[] = []): Promise<ReturnType<typeof readOwnContext>> {
  root = makeRepository({ Dockerfile: 'FROM scratch\n', ...files })
  return readOwnContext(await openCheckout(root), 'Dockerfile', allowed)
}

test('a Dockerfile gets no secret, unless the config lets it in', async () => {
  const files = { 'a.py': '', 'tls.key': 'x', '.dockerignore': 'notes\n', notes: key }
  expect(await read(files)).toEqual({ files: ['.dockerignore', 'Dockerfile', 'a.py'], secretFiles: ['tls.key'] })
  removeRepository(root)
  expect((await read(files, ['*.key'])).files).toContain('tls.key')
})

test('a token in what it may copy, or in itself, is refused', async () => {
  await expect(read({ 'a.py': `KEY = "${key}"` })).rejects.toMatchObject({ code: 'secret-in-source' })
  removeRepository(root)
  const dockerfile = `FROM scratch\nENV KEY=${key}\n`
  await expect(read({ Dockerfile: dockerfile })).rejects.toMatchObject({ code: 'secret-in-source' })
})
