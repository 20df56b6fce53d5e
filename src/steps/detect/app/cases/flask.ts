import type { Case } from './case.ts'

const hello = 'from flask import Flask\napp = Flask(__name__)\n\n@app.route("/")\ndef index():\n    return "hi"\n'
const factory = 'from flask import Flask\n\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n'

export const flask: readonly Case[] = [
  { name: 'an object in a module', files: { 'app.py': hello }, expect: 'flask wsgi app:app' },
  {
    name: 'another name than app',
    files: { 'site.py': 'import flask\nblog = flask.Flask("x")\n' },
    expect: 'flask wsgi site:blog',
  },
  {
    name: 'an alias of the class',
    files: { 'main.py': 'from flask import Flask as F\napplication = F(__name__)\n' },
    expect: 'flask wsgi main:application',
  },
  {
    name: 'made in a try or an if',
    files: {
      'main.py':
        'from flask import Flask\nimport os\nif os.environ.get("X"):\n    app = Flask("a")\nelse:\n    app = Flask("b")\n',
    },
    expect: 'flask wsgi main:app',
  },
  {
    name: 'a factory without arguments',
    files: { 'shop/__init__.py': factory },
    expect: 'flask wsgi shop:create_app()',
  },
  {
    name: 'a module that calls the factory wins over the factory',
    files: { 'shop/__init__.py': factory, 'wsgi.py': 'from shop import create_app\napp = create_app()\n' },
    expect: 'flask wsgi wsgi:app',
  },
  {
    name: 'wsgi.py wins over manage.py, which is for the command line',
    files: {
      'shop/__init__.py': factory.replace('config=None', 'config'),
      'manage.py': 'from shop import create_app\napp = create_app("dev")\n',
      'wsgi.py': 'from shop import create_app\napplication = create_app("prod")\n',
    },
    expect: 'flask wsgi wsgi:application',
  },
  {
    name: "a worker's context is not the app",
    files: { 'shop/__init__.py': factory, 'celery_worker.py': 'from shop import create_app\napp = create_app()\n' },
    expect: 'flask wsgi shop:create_app()',
  },
  {
    name: 'the module that has the routes wins over the one that makes the object',
    files: {
      'core.py': 'from flask import Flask\napp = Flask(__name__)\n',
      'views.py': 'from core import app\n@app.route("/")\ndef index():\n    return "x"\n',
      'start.py': 'from core import app\nimport views\n',
    },
    expect: 'flask wsgi start:app',
  },
  {
    name: 'a package that imports its routes at the end is complete by itself',
    files: {
      'app/__init__.py': 'from flask import Flask\napp = Flask(__name__)\nfrom app import routes\n',
      'app/routes.py': 'from app import app\n@app.route("/")\ndef index():\n    return "x"\n',
      'run.py': 'from app import app\nif __name__ == "__main__":\n    app.run()\n',
    },
    expect: 'flask wsgi app:app',
  },
  {
    name: 'a package that imports itself relatively',
    files: {
      'app/__init__.py': 'from flask import Flask\napp = Flask(__name__)\nfrom . import routes\n',
      'app/routes.py': 'from . import app\n@app.route("/")\ndef index():\n    return "x"\n',
    },
    expect: 'flask wsgi app:app',
  },
  {
    name: 'wrapping what the app serves keeps the app',
    files: {
      'app.py': `${hello}from werkzeug.middleware.proxy_fix import ProxyFix\napp.wsgi_app = ProxyFix(app.wsgi_app)\n`,
    },
    expect: 'flask wsgi app:app',
  },
  {
    name: 'the last binding of a name counts',
    files: { 'app.py': `${hello}from asgiref.wsgi import WsgiToAsgi\napp = WsgiToAsgi(app)\n` },
    expect: 'flask asgi app:app',
  },
  {
    name: 'a wrapper under another name is what is served',
    files: { 'app.py': `${hello}from asgiref.wsgi import WsgiToAsgi\nasgi_app = WsgiToAsgi(app)\n` },
    expect: 'flask asgi app:asgi_app',
  },
  {
    name: 'what Socket.IO attaches to stays the app',
    files: {
      'app.py': `${hello}from flask_socketio import SocketIO\nsocketio = SocketIO(app)\nif __name__ == "__main__":\n    socketio.run(app)\n`,
    },
    expect: 'flask wsgi app:app',
  },
  {
    name: 'a subclass, made by a factory in another module',
    files: {
      'lib/server.py': 'from flask import Flask\nclass Server(Flask):\n    pass\n',
      'lib/__init__.py': '',
      'web.py': 'from lib.server import Server\ndef make():\n    return Server(__name__)\nserver = make()\n',
    },
    expect: 'flask wsgi web:server',
  },
  {
    name: 'an attribute of an object that a class makes',
    files: {
      'main.py':
        'from flask import Flask\nclass Service:\n    def __init__(self, name):\n        self.app = Flask(name)\n\nservice = Service("x")\napp = service.app\n',
    },
    expect: 'flask wsgi main:app',
  },
  {
    name: 'an app under the main guard only',
    files: {
      'app.py': 'from flask import Flask\nif __name__ == "__main__":\n    app = Flask(__name__)\n    app.run()\n',
    },
    expect: 'app-only-in-main',
  },
  {
    name: 'a factory that needs arguments and that nothing calls',
    files: { 'app.py': factory.replace('config=None', 'config, database') },
    expect: 'factory-needs-arguments',
  },
  {
    name: 'FLASK_APP names the object',
    files: { '.flaskenv': 'FLASK_APP=two.py\n', 'one.py': hello, 'two.py': hello },
    expect: 'flask wsgi two:app',
  },
  {
    name: 'a development server in a Procfile is replaced, and said',
    files: { Procfile: 'web: python app.py\n', 'app.py': `${hello}if __name__ == "__main__":\n    app.run()\n` },
    expect: 'flask wsgi app:app',
    notes: ['development-server-replaced'],
  },
  {
    name: 'a server that importing would start is said',
    files: { 'app.py': `${hello}app.run()\n` },
    expect: 'flask wsgi app:app',
    notes: ['server-started-on-import'],
  },
  {
    name: 'routes and helpers that return the app are no factories',
    files: { 'app.py': `${hello}@app.route("/x")\ndef other():\n    return app\n` },
    expect: 'flask wsgi app:app',
  },
  {
    name: 'a file whose name no import can write',
    files: { 'my-app.py': hello },
    expect: 'flask wsgi my-app:app',
  },
  {
    name: 'a Flask object that a Dash app is served through',
    files: {
      'main.py':
        'from flask import Flask\nfrom dash import Dash\nserver = Flask(__name__)\napp = Dash(__name__, server=server)\n',
    },
    expect: 'dash wsgi main:server',
  },
  {
    name: 'a job that works in the context of an app is not the app',
    files: {
      'shop/__init__.py': factory,
      'expire_carts.py': 'from shop import create_app\napp = create_app()\nwith app.app_context():\n    print(1)\n',
    },
    expect: 'flask wsgi shop:create_app()',
  },
]
