import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { ask, folder, scratch, startLauncher } from '../support/launcher.ts'
import {
  answer,
  asgi,
  asgiApp,
  behind,
  bring,
  children,
  eventually,
  freePort,
  inVenv,
  running,
  serve,
  wsgi,
  wsgiApp,
} from '../support/serving.ts'
import type { Served } from '../support/serving.ts'

/** Apps, nginx beside the server, and process 1: what the launcher meets in a container. */

bring('gunicorn', 'uvicorn', 'django', 'flask')

describe('an app', () => {
  test.each([
    ['gunicorn', wsgiApp, wsgi],
    ['uvicorn', asgiApp, asgi],
  ])('under %s may hold files named as modules of the standard library', async (name, app, source) => {
    const modules = ['socket', 'signal', 'http', 'queue', 'selectors', 'logging', 'threading']
    const files = {
      'shop.py': source,
      ...Object.fromEntries(modules.map(one => [`${one}.py`, 'raise SystemExit("shadowed")'])),
    }
    await answer(await serve(files, { app, server: { name } }))
  })

  test('may be a factory in a directory below, served from its own working directory', async () => {
    const files = { 'src/shop.py': `${wsgi}\nclass Holder:\n    make = staticmethod(lambda: application)\n` }
    const app = { interface: 'wsgi', module: 'shop', attribute: 'Holder.make', factory: true }
    const served = await serve(files, { app, path: ['src'], server: { name: 'gunicorn' } })
    expect(await answer(served)).toMatchObject({ cwd: join(String(served.where), '..') })
  })

  test('of Flask makes https addresses behind a proxy, without ProxyFix', async () => {
    const source = `
from flask import Flask, request, url_for
app = Flask(__name__)
@app.get("/")
def index():
    return {"url": url_for("index", _external=True), "address": request.remote_addr}
`
    const app = { interface: 'wsgi', module: 'shop', attribute: 'app' }
    const served = await serve({ 'shop.py': source }, { app, server: { name: 'gunicorn' } })
    expect(await answer(served, '/', behind)).toEqual({ url: 'https://shop.example/', address: '192.0.2.7' })
  })

  const django = (gateway: string) => ({
    'site/settings.py': `
SECRET_KEY = "x"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.contenttypes", "goods"]
ROOT_URLCONF = "urls"
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
SECURE_SSL_REDIRECT = True
`,
    'site/goods/__init__.py': '',
    'site/goods/models.py':
      'from django.db import models\nclass Good(models.Model):\n    name = models.CharField(max_length=9)\n',
    'site/urls.py': `
from django.http import JsonResponse
from django.urls import path
def index(request):
    return JsonResponse({"secure": request.is_secure(), "address": request.META["REMOTE_ADDR"], "url": request.build_absolute_uri()})
urlpatterns = [path("", index)]
`,
    'site/gateway.py': gateway,
  })

  test.each([
    ['uvicorn', 'asgi'],
    ['gunicorn', 'wsgi'],
  ])('of Django under %s may import models first, and knows that it is asked by https', async (name, kind) => {
    const gateway = `
from goods.models import Good
from django.core.${kind} import get_${kind}_application
application = get_${kind}_application()
`
    const served = await serve(django(gateway), {
      app: { interface: kind, module: 'gateway', attribute: 'application' },
      path: ['site'],
      server: { name },
      django: { settings: 'settings', setup: true },
    })
    const url = 'https://shop.example/'
    expect(await answer(served, '/', behind)).toEqual({ secure: true, address: '192.0.2.7', url })
    expect((await ask(served.where, '/', { ...behind, 'x-forwarded-proto': 'http' })).status).toBe(301)
  })

  test.each([
    ['gunicorn', wsgiApp, wsgi],
    ['uvicorn', asgiApp, asgi],
  ])('under %s ends kept connections once it is marked as retired', async (name, app, source) => {
    const served = await serve({ 'shop.py': source }, { app, server: { name } })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const connection = (): Promise<string | undefined> =>
      new Promise((resolve, reject) => {
        const asked = get({ socketPath: String(served.where), agent }, answer => {
          answer.resume().on('end', () => resolve(answer.headers.connection))
        })
        asked.on('error', reject)
      })
    expect([await connection(), await connection()]).not.toContain('close')
    writeFileSync(join(String(served.where), '..', 'retired'), '')
    expect(await connection()).toBe('close')
    agent.destroy()
  })

  test('that is its own server is reached through a relay, on a socket', async () => {
    const source = `
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b'{"port": %d}' % int(os.environ["PORT"]))
http.server.ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
`
    const app = { interface: 'own', argv: ['python', 'main.py'] }
    const served = await serve({ 'main.py': source }, { app })
    expect(await answer(served)).toHaveProperty('port')
    served.child.kill('SIGTERM')
    await served.ended
    expect(existsSync(String(served.where))).toBe(false)
  })

  test('that listens on a port of its own is reached all the same', async () => {
    const source = `
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b'{"port": %d}' % server.server_port)
server = http.server.ThreadingHTTPServer(("", 0), Handler)
server.serve_forever()
`
    const served = await serve({ 'main.py': source }, { app: { interface: 'own', argv: ['python', 'main.py'] } })
    expect(await answer(served)).toHaveProperty('port')
    served.child.kill('SIGTERM')
    await served.ended
  })
})

describe('nginx in the same container', () => {
  const conf = `
pid @RUN@/nginx.pid;
worker_processes @CPUS@;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path @RUN@/body;
  proxy_temp_path @RUN@/proxy;
  fastcgi_temp_path @RUN@/fastcgi;
  uwsgi_temp_path @RUN@/uwsgi;
  scgi_temp_path @RUN@/scgi;
  upstream app { server unix:@SOCKET@; keepalive 8; }
  server {
    listen @PORT@;
    listen [::]:@PORT@;
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`
  const program = '/usr/sbin/nginx'

  beforeAll(() => {
    if (existsSync(program)) return
    execFileSync('apt-get', ['update', '-q'], { stdio: 'pipe' })
    execFileSync('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'nginx-light'], { stdio: 'pipe' })
  })

  async function serveInside(): Promise<Served> {
    const file = join(scratch(), 'nginx.conf')
    writeFileSync(file, conf)
    const launch = { app: wsgiApp, server: { name: 'gunicorn' }, edge: 'inside', nginx: { program, conf: file } }
    return serve({ 'shop.py': wsgi }, launch, { port: await freePort() })
  }

  const child = (served: Served, name: string): number =>
    children(served.child.pid ?? 0).find(pid => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(name)) ?? 0

  test('stands in front, cannot be lied to, and stops before the server', async () => {
    const served = await serveInside()
    expect(await answer(served, '/', behind)).toMatchObject({ REMOTE_ADDR: '127.0.0.1', 'wsgi.url_scheme': 'http' })
    const slow = ask(served.where, '/slow')
    await sleep(800)
    served.child.kill('SIGTERM')
    expect((await slow).status).toBe(200)
    expect(await served.ended, served.output()).toBe(0)
  })

  test.each(['nginx', 'gunicorn'])('ends the container when %s dies', async name => {
    const served = await serveInside()
    process.kill(child(served, name), 'SIGKILL')
    expect(await served.ended).toBe(137)
  })
})

describe('as process 1', () => {
  // An orphan is made by a child that ends before its own child does.
  const orphans = `
import subprocess, sys
subprocess.run([sys.executable, "-c", "import subprocess, sys; [subprocess.Popen(['sleep', '0.3']) for _ in range(5)]"])
`
  const before = [
    'unshare',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  ]
  const zombies =
    'len([p for p in os.listdir("/proc") if p.isdigit() and open(f"/proc/{p}/stat").read().rsplit(")")[1].split()[0] == "Z"])'

  test.each([
    [
      'gunicorn',
      '27.0.1',
      wsgiApp,
      wsgi.replace('"pid": os.getpid()', `"zombies": ${zombies}, "one": open("/proc/1/cmdline").read()`),
    ],
    [
      'uvicorn',
      '0.54.0',
      asgiApp,
      asgi.replace('"pid": os.getpid()', `"zombies": ${zombies}, "one": open("/proc/1/cmdline").read()`),
    ],
  ])('reaps what %s leaves behind, and stops when told', async (name, version, app, source) => {
    const launch = { app, server: { name, version } }
    const served = await serve({ 'shop.py': orphans + source }, launch, { before })
    await sleep(1500)
    const seen = await answer(served)
    expect(seen).toMatchObject({ zombies: 0 })
    // Gunicorn reaps and takes the place; Uvicorn does not, so the launcher stays.
    expect(String(seen['one']).includes('wherry_serve')).toBe(name === 'gunicorn')
    process.kill(children(served.child.pid ?? 0)[0] ?? 0, 'SIGTERM')
    expect(await served.ended, served.output()).toBe(0)
  })

  test.each(['gunicorn', 'uvicorn'])('ends at a SIGTERM that comes while %s still imports the app', async name => {
    const source = 'print("importing", flush=True)\nimport time\ntime.sleep(600)'
    const directory = folder({ 'shop.py': source, 'gunicorn.conf.py': 'preload_app = True' })
    const launched = startLauncher({
      launch: {
        python: inVenv,
        directory,
        path: ['.'],
        app: name === 'gunicorn' ? wsgiApp : asgiApp,
        server: { name, version: '27.0.1' },
      },
      env: { WEB_CONCURRENCY: '1', WHERRY_SOCKET: join(directory, 's.sock') },
      before,
    })
    running.push(launched)
    await eventually(() => launched.output().includes('importing'))
    process.kill(children(launched.child.pid ?? 0)[0] ?? 0, 'SIGTERM')
    expect(await launched.ended).toBe(0)
  })
})
