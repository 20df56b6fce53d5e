import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isDestination } from './destination.ts'
import { sshArgv, type Resolved } from './client.ts'

test.each([
  'deploy@203.0.113.5',
  'production',
  'shop.example.com',
  'root@2001:db8::1',
  '::1',
  'first.last+ci@my_host-1',
])('%s is a destination', text => {
  expect(isDestination(text)).toBe(true)
})

test.each([
  '',
  '-oProxyCommand=id',
  'deploy@-oProxyCommand=id',
  '-l@host',
  'a b',
  'host;id',
  '$(id)@host',
  'host`id`',
  'user@host\n',
  'user@@host',
  'user@',
  '@host',
  'ssh://user@host',
  'host%n',
  "host'",
  'а.example.com', // a Cyrillic а
  'h'.repeat(301),
])('%j is none', text => {
  expect(isDestination(text)).toBe(false)
})

test('whatever is taken is one word of letters, digits and marks that mean nothing to ssh or a shell', () => {
  const marks = 'ab9@.-_:;$`\'"\\ \n%/~+=()'.split('')
  const text = fc.string({ unit: fc.constantFrom(...marks), maxLength: 20 })
  fc.assert(
    fc.property(text, text => {
      if (isDestination(text)) expect(text).toMatch(/^[A-Za-z0-9_:][A-Za-z0-9_.+:@-]*$/)
    }),
    { numRuns: 5000 },
  )
})

test('the destination is the last word but one, after `--`, and nothing of it is in the command', () => {
  const server: Resolved = {
    destination: 'deploy@host',
    port: 2222,
    identity: '/home/a b/key',
    hostName: 'host',
    sshPort: 2222,
    alias: null,
    isBehind: false,
    knownHosts: ['/home/a b/known', '/etc/100%'],
  }
  const argv = sshArgv(server, { control: '/tmp/w/s', isMaster: true, terminal: false }, 'command')
  expect(argv.slice(-3)).toEqual(['--', 'deploy@host', 'command'])
  expect(argv).toContain('StrictHostKeyChecking=yes')
  expect(argv).toContain('UserKnownHostsFile="/home/a b/known" /etc/100%%')
  expect(argv.slice(argv.indexOf('-p'), argv.indexOf('--'))).toEqual(['-p', '2222', '-i', '/home/a b/key'])
})
