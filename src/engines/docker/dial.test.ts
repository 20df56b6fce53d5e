import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { makeCertificate } from '../../../test/support/certificate.ts'
import { connectDaemon } from './daemon.ts'

test('over TLS both sides show who they are, and an authority that is not the engine’s is not believed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-tls-'))
  const others = mkdtempSync(join(tmpdir(), 'wherry-tls-'))
  const { key, certificate } = await makeCertificate(folder)
  await makeCertificate(others)
  for (const place of [folder, others])
    for (const name of ['ca.pem', 'cert.pem']) copyFileSync(join(place, 'certificate.pem'), join(place, name))
  const seen: boolean[] = []
  const settings = { key, cert: certificate, ca: certificate, requestCert: true, rejectUnauthorized: false }
  const server = createServer(settings, (request, response) => {
    seen.push((request.socket as TLSSocket).authorized)
    response.setHeader('api-version', '1.43').end(request.url === '/_ping' ? 'OK' : '{"ServerVersion": "29.1"}')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const warnings: string[] = []
  const warn = ({ message }: Error): void => void warnings.push(message)
  process.on('warning', warn)
  onTestFinished(() => {
    process.off('warning', warn)
    server.close()
    for (const place of [folder, others]) rmSync(place, { recursive: true })
  })
  const host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
  const connect = (path: string) =>
    connectDaemon('docker', { DOCKER_HOST: host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: path })
  expect(await connect(folder)).toMatchObject({ name: 'docker', version: '29.1', sharesFiles: false })
  expect(seen).toEqual([true, true])
  await expect(connect(others)).rejects.toMatchObject({ code: 'engine-unavailable' })
  await new Promise(resolve => setImmediate(resolve))
  expect(warnings).toEqual([])
})
