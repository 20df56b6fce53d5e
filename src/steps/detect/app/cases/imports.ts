import type { Case } from './case.ts'

const hello = 'from flask import Flask\napp = Flask(__name__)\n'
const factory = 'from flask import Flask\ndef create_app():\n    return Flask(__name__)\n'
const bottle = 'import bottle\napp = bottle.Bottle()\n'

const bare = (parameters: string): string =>
  `from flask import Flask\napp = Flask(__name__)\ndef make(${parameters}):\n    @app.route("/")\n    def index():\n        return "x"\n    return app\n`

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
    name: 'bottle.run(app=app) at the top level is left out',
    files: {
      'vote.py': `${bottle}bottle.run(app=app, host="0.0.0.0")\n`,
    },
    expect: 'bottle wsgi vote:app',
  },
  {
    name: 'also around a wrapper',
    files: {
      'vote.py':
        'import bottle\nfrom beaker.middleware import SessionMiddleware\napp = bottle.app()\napp = SessionMiddleware(app, {})\nbottle.run(app=app)\n',
    },
    expect: 'bottle wsgi vote:app',
  },
  {
    name: 'app.run() of Bottle at the top level',
    files: { 'vote.py': `${bottle}app.run(host="0.0.0.0")\n` },
    expect: 'bottle wsgi vote:app',
  },
  {
    name: 'uvicorn.run(app) at the top level',
    files: { 'main.py': 'import uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\nuvicorn.run(app, port=80)\n' },
    expect: 'fastapi asgi main:app',
  },
  {
    name: 'waitress at the top level',
    files: { 'main.py': `from waitress import serve\n${hello}serve(app, port=80)\n` },
    expect: 'flask wsgi main:app',
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
  {
    name: 'a framework copied into the repository as one file',
    files: {
      'bottle.py':
        'class Bottle(object):\n    def __call__(self, environ, start_response):\n        return []\n\ndef load_app(target):\n    return Bottle()\n\ndef default_app():\n    return Bottle()\n',
      'main.py': 'from bottle import Bottle\napp = Bottle()\n',
    },
    expect: 'bottle wsgi main:app',
  },
  {
    name: 'or into a package',
    files: {
      'shop/__init__.py': '',
      'shop/bottle.py': 'class Bottle(object):\n    pass\n\ndef load_app(target):\n    return Bottle()\n',
      'shop/main.py': 'from .bottle import Bottle\napp = Bottle()\n',
    },
    expect: 'bottle wsgi shop.main:app',
  },
  {
    name: 'its own functions are no factories',
    files: {
      'bottle.py': 'class Bottle(object):\n    pass\n\ndef load_app(target):\n    return Bottle()\n',
      'main.py':
        'from bottle import Bottle\nclass Box(Bottle):\n    pass\n\nif __name__ == "__main__":\n    app = Box()\n    app.run(port=80)\n',
    },
    expect: 'app-only-in-main',
  },
  {
    name: "a package's own contrib has the app",
    files: {
      'setup.py': 'from setuptools import setup\nsetup(name="k", packages=["k", "k.contrib"])\n',
      'k/__init__.py':
        'from flask import Flask\n\ndef make_app(repos, site, smart=False):\n    return Flask(__name__)\n',
      'k/contrib/__init__.py': '',
      'k/contrib/args.py': 'def read():\n    return ["a", "b"], {"f": None}\n',
      'k/contrib/wsgi.py':
        'from k import make_app\nfrom .args import read\nargs, kwargs = read()\nif kwargs["f"]:\n    with open(kwargs["f"]) as file:\n        application = make_app(*args, **kwargs)\nelse:\n    application = make_app(*args, **kwargs)\n',
    },
    expect: 'flask wsgi k.contrib.wsgi:application',
  },
  {
    name: 'routes that a program adds by a function with arguments',
    files: {
      'run.py': 'import cd\nif __name__ == "__main__":\n    cd.main()\n',
      'cd/__init__.py':
        'def main():\n    from cd.web import make\n    app = make({"a": 1}, object())\n    app.run(port=80)\n',
      'cd/web.py': bare('config=None, store=None'),
    },
    expect: 'flask own run.py',
  },
  {
    name: 'callbacks that only the program adds',
    files: {
      'src/main.py':
        'from ui.callbacks import register\nfrom ui.base import app\nif __name__ == "__main__":\n    register(app)\n    app.run()\n',
      'src/ui/__init__.py': '',
      'src/ui/base.py': 'from dash import Dash\napp = Dash(__name__)\napp.layout = None\n',
      'src/ui/callbacks.py':
        'def register(app):\n    clicks(app)\n\ndef clicks(dash):\n    @dash.callback()\n    def click(n):\n        return n\n',
    },
    expect: 'dash own src/main.py',
  },
  {
    name: 'callbacks that importing the module adds',
    files: {
      'main.py':
        'from base import app\nfrom callbacks import register\nregister(app)\nif __name__ == "__main__":\n    app.run()\n',
      'base.py': 'from dash import Dash\napp = Dash(__name__)\n',
      'callbacks.py': 'def register(app):\n    @app.callback()\n    def click(n):\n        return n\n',
    },
    expect: 'dash wsgi main:app.server',
  },
  {
    name: 'a factory called at the top level gives what is served',
    files: {
      'app.py': 'from web import make\napp = make(config=1)\nif __name__ == "__main__":\n    app.run()\n',
      'web.py':
        'from flask import Flask\ndef make(config):\n    app = Flask("x")\n    @app.route("/")\n    def index():\n        return "x"\n    return app\n',
    },
    expect: 'flask wsgi app:app',
  },
  {
    name: 'an object with a route of its own is served all the same',
    files: {
      'run.py': 'from web import make\nif __name__ == "__main__":\n    make({"a": 1}).run()\n',
      'web.py': `${bare('config=None')}\n@app.route("/own")\ndef own():\n    return "x"\n`,
    },
    expect: 'flask wsgi web:app',
  },
  {
    name: 'a private module loses to the package that hands the app on',
    files: {
      'shop/__init__.py': 'from flask import Flask\ndef app(**settings):\n    return Flask("shop")\n',
      'shop/_app.py': 'from flask import Flask\napp = Flask("part")\n',
    },
    expect: 'flask wsgi shop:app()',
  },
  {
    name: 'a package inside another is no module of its last name alone',
    files: {
      'shop/__init__.py': 'from flask import Flask\nfrom shop.hook.email import send\napp = Flask("shop")\n',
      'shop/hook/__init__.py': '',
      'shop/hook/email/__init__.py': 'from email.encoders import encode_base64\nsend = encode_base64\n',
    },
    expect: 'flask wsgi shop:app',
  },
]
