import type { Case } from './case.ts'

const hello = 'from flask import Flask\napp = Flask(__name__)\n'
const package_ = '[build-system]\nrequires = ["hatchling"]\n[project]\nname = "thing"\n'

/** What decides between candidates, where the app is run from, and what is refused. */
export const rules: readonly Case[] = [
  {
    name: 'a Procfile names the object',
    files: { Procfile: 'web: gunicorn --workers 2 -b 0.0.0.0:$PORT two:app\n', 'one.py': hello, 'two.py': hello },
    expect: 'flask wsgi two:app',
  },
  {
    name: 'a Procfile names a factory',
    files: {
      Procfile: "web: gunicorn 'shop:make()'\n",
      'shop.py': 'from flask import Flask\ndef make():\n    return Flask("x")\ndef other():\n    return Flask("y")\n',
    },
    expect: 'flask wsgi shop:make()',
  },
  {
    name: 'packages declared in a directory beside the app',
    files: {
      'environment/requirements.txt': 'fastapi\nuvicorn\n',
      'environment/requirements-e2e.txt': 'playwright\n',
      'backend/__init__.py': '',
      'backend/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      'run.py': 'import uvicorn\nif __name__ == "__main__":\n    uvicorn.run("backend.main:app")\n',
    },
    expect: 'fastapi asgi backend.main:app',
    manifests: 'environment',
    notes: ['packages-elsewhere'],
  },
  {
    name: 'a Procfile gives a factory arguments that it can do without',
    files: {
      Procfile: "web: gunicorn 'shop:make(1)'\n",
      'shop.py': 'from flask import Flask\ndef make(n=0):\n    return Flask("x")\n',
    },
    expect: 'flask wsgi shop:make()',
    notes: ['factory-arguments-left-out'],
  },
  {
    name: 'a Procfile gives a factory arguments that it needs',
    files: {
      Procfile: "web: gunicorn 'shop:make(1)'\n",
      'shop.py': 'from flask import Flask\ndef make(n):\n    return Flask("x")\n',
    },
    expect: 'factory-needs-arguments',
  },
  {
    name: 'a Procfile changes the directory',
    files: { Procfile: 'web: cd web && gunicorn app:app\n', 'web/app.py': hello },
    expect: 'flask wsgi app:app',
    root: 'web',
  },
  {
    name: '--chdir changes the directory',
    files: {
      Procfile: 'web: gunicorn wsgi --chdir ./src/\n',
      'src/wsgi.py': 'from app import app as application\n',
      'src/app.py': hello,
    },
    expect: 'flask wsgi wsgi:application',
    root: 'src',
  },
  {
    name: 'a script of the Procfile is read',
    files: {
      Procfile: 'web: bin/start\n',
      'bin/start': '#!/bin/sh\nexec gunicorn two:app\n',
      'one.py': hello,
      'two.py': hello,
    },
    expect: 'flask wsgi two:app',
  },
  {
    name: 'a Procfile that names what is not there does not win',
    files: { Procfile: 'web: gunicorn gone:app\n', 'app.py': hello },
    expect: 'flask wsgi app:app',
    notes: ['named-app-missing'],
  },
  {
    name: 'a Procfile that names what is not there, and nothing else',
    files: { Procfile: 'web: gunicorn gone:app\n', 'x.py': '' },
    expect: 'app-module-missing',
  },
  {
    name: "Gunicorn's own configuration names the object",
    files: { 'gunicorn.conf.py': 'wsgi_app = "two:app"\n', 'one.py': hello, 'two.py': hello },
    expect: 'flask wsgi two:app',
  },
  {
    name: 'a Dockerfile alone settles what is otherwise equal',
    files: { Dockerfile: 'FROM python\nCMD ["gunicorn", "two:app"]\n', 'one.py': hello, 'two.py': hello },
    expect: 'flask wsgi two:app',
  },
  {
    name: 'a Dockerfile is never the sole ground',
    files: { Dockerfile: 'CMD ["gunicorn", "app:app"]\n', 'app.py': 'x = 1\n' },
    expect: 'no-web-app',
  },
  {
    name: 'the server that a Procfile and the packages name',
    files: {
      Procfile: 'web: waitress-serve --port=$PORT app:app\n',
      'requirements.txt': 'flask\ngunicorn\nwaitress\n',
      'app.py': hello,
    },
    expect: 'flask wsgi app:app',
    server: 'waitress',
  },
  { name: 'a server none brings', files: { 'app.py': hello }, expect: 'flask wsgi app:app', server: 'gunicorn+' },
  {
    name: 'an app in a directory of its own',
    files: { 'backend/requirements.txt': 'flask\n', 'backend/app.py': hello, 'frontend/package.json': '{}' },
    expect: 'flask wsgi app:app',
    root: 'backend',
    notes: ['app-in-subdirectory'],
  },
  {
    name: 'several directories with an app each',
    files: { 'a/requirements.txt': 'flask\n', 'a/app.py': hello, 'b/requirements.txt': 'flask\n', 'b/app.py': hello },
    expect: 'ambiguous-app',
  },
  {
    name: 'services with packages of their own, one of which is seen from the root',
    files: {
      'pyproject.toml': '[tool.ruff]\nline-length = 110\n',
      'api/requirements.txt': 'flask\n',
      'api/app/__init__.py': '',
      'api/app/main.py': `from .config import x\n${hello}`,
      'api/app/config.py': 'x = 1\n',
      'board/requirements.txt': 'flask\n',
      'board/__init__.py': '',
      'board/app.py': `from board.parts import x\n${hello}`,
      'board/parts.py': 'x = 1\n',
    },
    expect: 'ambiguous-app',
    says: 'root = "',
  },
  {
    name: 'a service that is seen from the root, alone',
    files: {
      'board/requirements.txt': 'flask\ngunicorn\n',
      'board/__init__.py': '',
      'board/app.py': `from board.parts import x\n${hello}`,
      'board/parts.py': 'x = 1\n',
    },
    expect: 'flask wsgi board.app:app',
    manifests: 'board',
  },
  {
    name: 'the root counts before directories',
    files: { 'app.py': hello, 'requirements.txt': 'flask\n', 'b/requirements.txt': 'flask\n', 'b/app.py': hello },
    expect: 'flask wsgi app:app',
  },
  {
    name: 'a root that the configuration gives',
    files: { 'a/requirements.txt': 'flask\n', 'a/app.py': hello, 'b/requirements.txt': 'flask\n', 'b/app.py': hello },
    in: 'b',
    expect: 'flask wsgi app:app',
    root: 'b',
  },
  {
    name: 'an app that the configuration gives',
    files: { 'one.py': hello, 'two.py': hello },
    app: 'two:app',
    expect: 'flask wsgi two:app',
  },
  {
    name: 'an app that the configuration gives is not there',
    files: { 'one.py': hello },
    app: 'two:app',
    expect: 'app-module-missing',
  },
  {
    name: 'a program that the configuration gives',
    files: { 'serve.py': 'print(1)\n' },
    app: 'serve.py',
    expect: '- own serve.py',
  },
  { name: 'tests hold no app', files: { 'tests/app.py': hello, 'setup.py': 'setup()' }, expect: 'no-web-app' },
  {
    name: 'examples of a library hold no app',
    files: { 'pyproject.toml': package_, 'thing/__init__.py': '', 'examples/app.py': hello },
    expect: 'no-web-app',
  },
  {
    name: 'an example is the app when there is nothing else',
    files: { 'example/app.py': hello, 'requirements.txt': 'flask\n' },
    expect: 'flask wsgi app:app',
    path: 'example',
  },
  {
    name: 'of several examples none is',
    files: { 'examples/a/app.py': hello, 'examples/b/app.py': hello },
    expect: 'ambiguous-app',
  },
  {
    name: 'a framework that is asked for but not used',
    files: { 'requirements.txt': 'flask\n', 'main.py': 'print(1)\n' },
    expect: 'no-web-app',
  },
  {
    name: 'a bot',
    files: { 'bot.py': 'import discord\nclient = discord.Client()\nclient.run("x")\n' },
    expect: 'no-web-app',
  },
  {
    name: 'a bot with a server on the side',
    files: {
      'bot.py':
        'import discord\nfrom aiohttp import web\ndef health():\n    web.run_app(web.Application())\nif __name__ == "__main__":\n    health()\n',
    },
    expect: 'no-web-app',
  },
  {
    name: 'functions for a platform',
    files: { 'handler.py': 'def lambda_handler(event, context):\n    return {}\n' },
    expect: 'no-web-app',
  },
  { name: 'notebooks', files: { 'a.ipynb': '{}' }, expect: 'no-web-app' },
  { name: 'an empty repository', files: {}, expect: 'no-web-app' },
  {
    name: 'a syntax error where the app is made',
    files: { 'app.py': `${hello}def broken(:\n    pass\n` },
    expect: 'syntax-error',
  },
  { name: 'a bracket that is never closed', files: { 'app.py': `${hello}x = dict(a=1,\n` }, expect: 'syntax-error' },
  {
    name: 'Python 2 on the way to the app',
    files: { 'app.py': `import lib\n${hello}`, 'lib.py': 'print "x"\n' },
    expect: 'unsupported-python',
    says: 'lib.py is Python 2 code',
  },
  {
    name: 'a syntax error elsewhere',
    files: { 'app.py': hello, 'old.py': 'print "x"\n' },
    expect: 'flask wsgi app:app',
  },
  {
    name: 'a module that the app imports is not there',
    files: { 'shop/__init__.py': '', 'shop/main.py': `from .gone import x\n${hello}` },
    expect: 'app-module-missing',
  },
  {
    name: 'a module that may be missing',
    files: {
      'shop/__init__.py': '',
      'shop/main.py': `try:\n    from .local import *\nexcept ImportError:\n    pass\n${hello}`,
    },
    expect: 'flask wsgi shop.main:app',
  },
  {
    name: 'imports in a circle',
    files: { 'a.py': 'from b import app\n', 'b.py': 'from a import app\n' },
    expect: 'no-web-app',
  },
  {
    name: 'an import for type checkers makes nothing',
    files: {
      'a.py':
        'from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from flask import Flask\n    app = Flask("x")\n',
    },
    expect: 'no-web-app',
  },
  {
    name: "installed packages are nobody's source",
    files: { 'venv/lib/site-packages/x/app.py': hello, 'node_modules/y/app.py': hello },
    expect: 'no-web-app',
  },
]
