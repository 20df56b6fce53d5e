import type { Case } from './case.ts'

const hello = 'from flask import Flask\napp = Flask(__name__)\n'
const factory = 'from flask import Flask\ndef create_app():\n    return Flask(__name__)\n'
const bottle = 'import bottle\napp = bottle.Bottle()\n'

/** What an import really runs: packages before modules of their name, servers that start at the top level. */
export const imports: readonly Case[] = [
  {
    name: 'a package hides the module beside it',
    files: { 'app.py': 'from app import create_app\napp = create_app()\n', 'app/__init__.py': factory },
    expect: 'flask wsgi app:create_app()',
  },
  {
    name: 'a hidden module that alone has the app',
    files: { 'app.py': hello, 'app/__init__.py': '' },
    expect: 'app-module-missing',
    says: 'app.py is hidden by the package app/',
  },
  {
    name: 'a directory without __init__.py hides nothing',
    files: { 'app.py': hello, 'app/static.py': 'x = 1\n' },
    expect: 'flask wsgi app:app',
  },
  {
    name: 'bottle.run(app=app) at the top level never returns',
    files: {
      'vote.py': `${bottle}bottle.run(app=app, host="0.0.0.0")\n`,
    },
    expect: 'bottle own vote.py',
  },
  {
    name: 'also around a wrapper',
    files: {
      'vote.py':
        'import bottle\nfrom beaker.middleware import SessionMiddleware\napp = bottle.app()\napp = SessionMiddleware(app, {})\nbottle.run(app=app)\n',
    },
    expect: 'bottle own vote.py',
  },
  {
    name: 'app.run() of Bottle at the top level',
    files: { 'vote.py': `${bottle}app.run(host="0.0.0.0")\n` },
    expect: 'bottle own vote.py',
  },
  {
    name: 'uvicorn.run(app) at the top level',
    files: { 'main.py': 'import uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\nuvicorn.run(app, port=80)\n' },
    expect: 'fastapi own main.py',
  },
  {
    name: 'waitress at the top level',
    files: { 'main.py': `from waitress import serve\n${hello}serve(app, port=80)\n` },
    expect: 'flask own main.py',
  },
  {
    name: 'a program that serves the object of another module leaves that module to be served',
    files: { 'core.py': hello, 'start.py': 'from waitress import serve\nfrom core import app\nserve(app)\n' },
    expect: 'flask wsgi core:app',
  },
  {
    name: 'under the guard the object is served',
    files: { 'main.py': `from waitress import serve\n${hello}if __name__ == "__main__":\n    serve(app)\n` },
    expect: 'flask wsgi main:app',
  },
  {
    name: 'app.run() of Flask at the top level is said in a note',
    files: { 'main.py': `${hello}app.run()\n` },
    expect: 'flask wsgi main:app',
    notes: ['server-started-on-import'],
  },
]
