import { expect, test } from 'vitest'
import { explain, type MachineFacts } from './explain.ts'

const usual: MachineFacts = {
  root: false,
  kernel: '6.8.0-45-generic',
  appArmorRestricts: null,
  usernsClone: null,
  maxUserNamespaces: '96365',
  inContainer: false,
}
const program = { argv0: 'gunicorn', cwd: '/app' }
const refused = { step: 'namespaces', errno: 'EPERM', text: 'Operation not permitted' }

test.each([
  [{ appArmorRestricts: '1' }, refused, 'apparmor_restrict_unprivileged_userns'],
  [{ usernsClone: '0' }, refused, 'unprivileged_userns_clone'],
  [{ maxUserNamespaces: '0' }, { ...refused, errno: 'ENOSPC' }, 'max_user_namespaces'],
  [{ kernel: '5.10.0-30-amd64' }, { ...refused, step: 'overlay' }, '5.11'],
  [{ kernel: '4.18.0-553.el8' }, { ...refused, step: 'overlay' }, '5.11'],
  [{ inContainer: true, root: true }, refused, 'container'],
  [{ root: true }, { ...refused, step: 'overlay', errno: 'ENODEV' }, 'file system'],
])('%j explains %j', (facts, failed, word) => {
  const error = explain(failed, { ...usual, ...facts }, program)
  expect(error.code).toBe('sandbox-unavailable')
  expect(error.why).toContain(word)
})

test('settings that bind normal users do not explain a refusal to root', () => {
  const error = explain(refused, { ...usual, root: true, appArmorRestricts: '1', usernsClone: '0' }, program)
  expect(error.why).toBe('namespaces: Operation not permitted')
})

test.each([
  [{ step: 'exec', errno: 'ENOENT', text: 'No such file' }, 'program-not-started', 'gunicorn'],
  [{ step: 'cwd', errno: 'ENOENT', text: 'No such file' }, 'program-not-started', '/app'],
  [{ step: 'mount', errno: 'ENOENT', text: '/x does not exist' }, 'mount-failed', 'mounted'],
  [{ step: 'overlay', errno: 'ENOENT', text: 'the layer /l is gone' }, 'mount-failed', 'mounted'],
  [{ step: 'mount', errno: 'EOVERFLOW', text: 'Value too large' }, 'mount-failed', 'another user'],
])('%j is not the fault of the machine', (failed, code, word) => {
  const error = explain(failed, usual, program)
  expect(error.code).toBe(code)
  expect(error.what).toContain(word)
})
