import { expect, test } from 'vitest'
import { explainLoss, explainSilence } from './explain.ts'

/** As OpenSSH 9 and the shells of Debian say it. */
test.each<[string, number, string]>([
  [
    'No ED25519 host key is known for [127.0.0.1]:2299 and you have requested strict checking.\r\nHost key verification failed.\r\n',
    255,
    'host-key-unknown',
  ],
  [
    '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nOffending ED25519 key in /root/.ssh/known_hosts:3\nHost key for h has changed and you have requested strict checking.\nHost key verification failed.\n',
    255,
    'host-key-changed',
  ],
  ['deploy@h: Permission denied (publickey,password).\n', 255, 'ssh-denied'],
  ['Received disconnect from 1.2.3.4 port 22:2: Too many authentication failures\n', 255, 'ssh-denied'],
  ['ssh: Could not resolve hostname h: Name or service not known\n', 255, 'host-unreachable'],
  ['ssh: connect to host h port 22: Connection refused\n', 255, 'host-unreachable'],
  ['ssh: connect to host h port 22: Connection timed out\n', 255, 'host-unreachable'],
  ['kex_exchange_identification: Connection closed by remote host\n', 255, 'host-unreachable'],
  ['bash: line 1: exec: python3: not found\n', 127, 'no-python-on-host'],
  ['fish: Unknown command: python3\n', 127, 'no-python-on-host'],
  ['', 127, 'no-python-on-host'],
  ['This account is currently not available.\n', 1, 'host-unreachable'],
])('%j is told by name', (said, code, named) => {
  expect(explainSilence('deploy@h', { said, code })).toMatchObject({ code: named })
})

test('a changed key brings the file that holds the old one', () => {
  const said =
    'REMOTE HOST IDENTIFICATION HAS CHANGED!\nOffending ED25519 key in /root/.ssh/known_hosts:3\nHost key verification failed.\n'
  expect(explainSilence('deploy@h', { said, code: 255 }).why).toContain('/root/.ssh/known_hosts:3')
})

test('a lost connection leaves what serves unknown to us, and says so by its exit code', () => {
  expect(
    explainLoss('deploy@h', 'stage', { said: 'client_loop: send disconnect: Broken pipe\n', code: 255 }),
  ).toMatchObject({
    code: 'connection-lost',
    exit: 11,
    why: 'client_loop: send disconnect: Broken pipe',
  })
})
