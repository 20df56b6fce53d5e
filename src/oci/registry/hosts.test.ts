import { expect, test } from 'vitest'
import { allowsPlainHttp, belongsTo, isPrivateAddress } from './hosts.ts'
import { quirksOf } from './quirks.ts'

test.each([
  ['localhost:5000', true],
  ['127.0.0.1:5000', true],
  ['[::1]:5000', true],
  ['named.example:5000', true],
  ['named.example', false],
  ['localhost.evil.example', false],
  ['10.0.0.1', false],
])('plain http to %s: %s', (host, allowed) => {
  expect(allowsPlainHttp(host, { WHERRY_PLAIN_HTTP: 'named.example:5000, x' })).toBe(allowed)
})

test.each([
  ['auth.docker.io', 'registry-1.docker.io', true],
  ['gitlab.com', 'registry.gitlab.com', true],
  ['registry.example.com', 'registry.example.com', true],
  ['dockerauth.cn-hangzhou.aliyuncs.com', 'registry.cn-hangzhou.aliyuncs.com', true],
  ['evil.example', 'registry.example.com', false],
  ['notexample.com', 'registry.example.com', false],
  ['evil.co.uk', 'registry.shop.co.uk', false],
  ['auth.shop.co.uk', 'registry.shop.co.uk', true],
  ['auth.io', 'ghcr.io', false],
  ['10.0.0.2', '10.0.0.1', false],
  ['known.example', 'registry.other', true],
])('%s may see the password of %s: %s', (server, registry, may) => {
  expect(belongsTo(server, registry, ['known.example'])).toBe(may)
})

test.each([
  '10.1.2.3',
  '172.16.0.1',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '127.0.0.2',
  'localhost',
  '[::1]',
  '[fd00::1]',
  '[fe80::1]',
  '[::ffff:a00:1]',
  '[64:ff9b::a00:1]',
  '[2002:a00:1::]',
  'localhost.',
  'registry.localhost',
])('%s is private', host => expect(isPrivateAddress(host)).toBe(true))

test.each([
  '8.8.8.8',
  '172.32.0.1',
  '100.128.0.1',
  'example.com',
  '[2001:db8::1]',
  '10.example.com',
  'localhost.example',
  'mylocalhost',
])('%s is not', host => expect(isPrivateAddress(host)).toBe(false))

test.each([
  ['docker.io', 'Docker Hub'],
  ['ghcr.io', 'GitHub Container Registry'],
  ['registry.gitlab.com', 'GitLab'],
  ['123456789012.dkr.ecr.eu-central-1.amazonaws.com', 'Amazon ECR'],
  ['europe-west3-docker.pkg.dev', 'Google Artifact Registry'],
  ['eu.gcr.io', 'Google Artifact Registry'],
  ['quay.io', 'Quay'],
  ['registry.heroku.com', 'Heroku'],
  ['harbor.example.com', 'Harbor'],
  ['notghcr.io', 'notghcr.io'],
])('%s is %s', (host, name) => {
  expect(quirksOf(host).name).toBe(name)
})
