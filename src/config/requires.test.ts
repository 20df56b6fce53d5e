import { expect, test } from 'vitest'
import { checkRequires } from './requires.ts'

test('a repository written for another version refuses to run', async () => {
  await checkRequires('~1.4', 'wherry.toml', '1.4.7')
  await checkRequires('>=1 <3', 'wherry.toml', '2.0.0-beta.1')
  await expect(checkRequires('~1.4', 'wherry.toml', '1.5.0')).rejects.toMatchObject({ code: 'wrong-version', exit: 2 })
  await expect(checkRequires('soon', 'wherry.toml', '1.5.0')).rejects.toMatchObject({ code: 'invalid-config' })
})
