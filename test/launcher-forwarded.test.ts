import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate } from './support/launcher.ts'

describe('forwarded headers', () => {
  const clients = (cases: readonly (readonly [string, number])[]) =>
    evaluate(
      'from wherry_forwarded import client_of\nprint(json.dumps([client_of(h, n) for h, n in given]))',
      cases,
    ) as (string | null)[]

  test('name the client by counting from the right', () => {
    const found = clients([
      ['1.1.1.1, 2.2.2.2', 1],
      ['1.1.1.1, 2.2.2.2', 2],
      ['1.1.1.1', 3],
      ['1.2.3.4:5678', 1],
      ['[2001:db8::1]:5678', 1],
      ['2001:DB8::1', 1],
      ['::ffff:10.0.0.1', 1],
      ['unknown', 1],
      ['unix:', 1],
      ['', 1],
    ])
    expect(found).toEqual([
      '2.2.2.2',
      '1.1.1.1',
      '1.1.1.1',
      '1.2.3.4',
      '2001:db8::1',
      '2001:db8::1',
      '10.0.0.1',
      null,
      null,
      null,
    ])
  })

  test('are not forged by what a client writes in front', () => {
    const forged = fc.sample(fc.string(), 200).map(text => text.replaceAll(/[^\u0020-\u007e]/gu, ''))
    const found = clients(forged.map(text => [`${text}, 192.0.2.7`, 1] as const))
    expect(new Set(found)).toEqual(new Set(['192.0.2.7']))
  })

  const wsgi = (environ: object) =>
    evaluate(
      'from wherry_forwarded import forwarded_wsgi\nseen = {}\n' +
        'forwarded_wsgi(lambda environ, start: seen.update(environ), 1)({"wsgi.url_scheme": "http", **given}, None)\n' +
        'print(json.dumps(seen))',
      environ,
    )

  test('set scheme, client and port of a WSGI app', () => {
    const given = {
      HTTP_X_FORWARDED_FOR: '192.0.2.7',
      HTTP_X_FORWARDED_PROTO: 'https',
      HTTP_HOST: 'shop.example',
      REMOTE_ADDR: '',
    }
    expect(wsgi(given)).toMatchObject({
      'wsgi.url_scheme': 'https',
      HTTPS: 'on',
      REMOTE_ADDR: '192.0.2.7',
      SERVER_NAME: 'shop.example',
      SERVER_PORT: '443',
    })
  })

  test('leave a WSGI request alone that has none, but for an address', () => {
    const given = { REMOTE_ADDR: '', HTTP_HOST: '[::1]:81', HTTP_X_FORWARDED_PROTO: 'gopher' }
    expect(wsgi(given)).toMatchObject({
      'wsgi.url_scheme': 'http',
      REMOTE_ADDR: '127.0.0.1',
      SERVER_NAME: '[::1]',
      SERVER_PORT: '81',
    })
  })

  test('set scheme, client and server of HTTP and WebSocket scopes, and not of lifespan', () => {
    const code = `
import asyncio
from wherry_forwarded import forwarded_asgi
seen = []
async def app(scope, receive, send): seen.append(scope)
def old(scope):
    async def instance(receive, send): seen.append(scope)
    return instance
headers = [(b"host", b"shop.example"), (b"x-forwarded-for", b"6.6.6.6, 192.0.2.7"), (b"x-forwarded-proto", b"https")]
for one in (app, old):
    for kind in ("http", "websocket"):
        asyncio.run(forwarded_asgi(one, 1)({"type": kind, "headers": headers, "client": None}, None, None))
asyncio.run(forwarded_asgi(app, 1)({"type": "lifespan"}, None, None))
print(json.dumps([[s.get("scheme"), s.get("client"), s.get("server")] for s in seen]))`
    const http = ['https', ['192.0.2.7', 0], ['shop.example', 443]]
    const socket = ['wss', ['192.0.2.7', 0], ['shop.example', 443]]
    expect(evaluate(code)).toEqual([http, socket, http, socket, [null, null, null]])
  })
})
