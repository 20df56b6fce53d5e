import type { Case } from './case.ts'

/** The other frameworks: which object, which interface, or which program. */
export const others: readonly Case[] = [
  {
    name: 'a directory of the library’s name that is no package',
    files: { 'nicegui/requirements.txt': 'nicegui\n', 'nicegui/app.py': 'from nicegui import ui\nui.run()\n' },
    expect: 'nicegui own app.py',
    root: 'nicegui',
  },
  {
    name: 'a tool that starts the program',
    files: {
      'main.py':
        'import tornado.web, tornado.ioloop\ndef main():\n    tornado.web.Application([]).listen(80)\n    tornado.ioloop.IOLoop.current().start()\nif __name__ == "__main__":\n    main()\n',
      'scripts/start.py':
        'import sys\nsys.path.insert(0, "..")\ndef start():\n    from main import main\n    main()\nif __name__ == "__main__":\n    start()\n',
    },
    expect: 'tornado own main.py',
  },
  {
    name: 'Starlette',
    files: { 'main.py': 'from starlette.applications import Starlette\napp = Starlette(routes=[])\n' },
    expect: 'starlette asgi main:app',
  },
  {
    name: 'Litestar',
    files: { 'app.py': 'from litestar import Litestar\napp = Litestar([])\n' },
    expect: 'litestar asgi app:app',
  },
  {
    name: 'Quart',
    files: { 'app.py': 'from quart import Quart\napp = Quart(__name__)\nif __name__ == "__main__":\n    app.run()\n' },
    expect: 'quart asgi app:app',
  },
  { name: 'Falcon, WSGI', files: { 'app.py': 'import falcon\napi = falcon.App()\n' }, expect: 'falcon wsgi app:api' },
  {
    name: 'Falcon, ASGI',
    files: { 'app.py': 'import falcon.asgi\napi = falcon.asgi.App()\n' },
    expect: 'falcon asgi app:api',
  },
  { name: 'Bottle', files: { 'app.py': 'from bottle import Bottle\napp = Bottle()\n' }, expect: 'bottle wsgi app:app' },
  {
    name: "Bottle's default app",
    files: { 'app.py': 'import bottle\n@bottle.route("/")\ndef x():\n    return ""\napp = bottle.default_app()\n' },
    expect: 'bottle wsgi app:app',
  },
  {
    name: 'Bottle run as a program',
    files: { 'app.py': 'from bottle import route, run\n@route("/")\ndef x():\n    return ""\nrun(port=80)\n' },
    expect: 'bottle own app.py',
  },
  {
    name: 'Pyramid, an object',
    files: {
      'app.py':
        'from pyramid.config import Configurator\nwith Configurator() as config:\n    config.scan()\n    app = config.make_wsgi_app()\n',
    },
    expect: 'pyramid wsgi app:app',
  },
  {
    name: 'aiohttp is its own server',
    files: {
      'main.py': 'from aiohttp import web\napp = web.Application()\nif __name__ == "__main__":\n    web.run_app(app)\n',
    },
    expect: 'aiohttp own main.py',
    server: 'own',
  },
  {
    name: 'aiohttp started through functions of other modules',
    files: {
      'shop/__init__.py': '',
      'shop/server.py': 'from aiohttp import web\ndef serve():\n    web.run_app(web.Application())\n',
      'shop/__main__.py': 'from shop.server import serve\nserve()\n',
    },
    expect: 'aiohttp own shop/__main__.py',
  },
  {
    name: 'aiohttp started by a click command',
    files: {
      'manage.py':
        'import click\nfrom aiohttp import web\n@click.group()\ndef cli():\n    pass\n@click.command()\ndef serve():\n    web.run_app(web.Application())\ncli.add_command(serve)\nif __name__ == "__main__":\n    cli()\n',
    },
    expect: 'aiohttp own manage.py',
  },
  {
    name: 'Tornado',
    files: {
      'main.py':
        'import tornado.web, tornado.ioloop\ndef make():\n    return tornado.web.Application([])\nif __name__ == "__main__":\n    app = make()\n    app.listen(80)\n    tornado.ioloop.IOLoop.current().start()\n',
    },
    expect: 'tornado own main.py',
  },
  {
    name: 'Sanic run as a program',
    files: { 'main.py': 'from sanic import Sanic\napp = Sanic("x")\nif __name__ == "__main__":\n    app.run()\n' },
    expect: 'sanic own main.py',
  },
  {
    name: 'Sanic not run by itself',
    files: { 'main.py': 'from sanic import Sanic\napp = Sanic("x")\n' },
    expect: 'sanic asgi main:app',
  },
  {
    name: "a Dash app's own server name",
    files: { 'app.py': 'import dash\napp = dash.Dash(__name__)\nserver = app.server\n' },
    expect: 'dash wsgi app:server',
  },
  {
    name: "a Dash app's server, unnamed",
    files: { 'app.py': 'from dash import Dash\napp = Dash(__name__)\n' },
    expect: 'dash wsgi app:app.server',
  },
  {
    name: 'the Dash module that sets the layout is the whole',
    files: {
      'app.py': 'from dash import Dash\napp = Dash(__name__)\nserver = app.server\n',
      'index.py': 'from app import app, server\napp.layout = None\n',
    },
    expect: 'dash wsgi index:server',
  },
  {
    name: 'Streamlit: the program that others are pages of',
    files: {
      'app.py': 'import streamlit as st\nfrom ui import draw\nst.title("x")\ndraw()\n',
      'pages/1_More.py': 'import streamlit as st\nst.write(1)\n',
      'ui.py': 'import streamlit as st\ndef draw():\n    st.write(2)\n',
    },
    expect: 'streamlit own app.py',
  },
  {
    name: 'Streamlit: a program that calls what draws, in a directory of the library’s name',
    files: {
      'start.py':
        'import asyncio\nfrom web.streamlit.home import draw\nif __name__ == "__main__":\n    asyncio.run(draw())\n',
      'web/streamlit/home.py': 'import streamlit as st\nst.set_page_config()\nasync def draw():\n    st.title("x")\n',
    },
    expect: 'streamlit own start.py',
  },
  {
    name: 'Gradio launched by a method of a class',
    files: {
      'ui.py': 'import gradio as gr\ndef build():\n    return gr.Interface(fn=None)\n',
      'main.py':
        'from ui import build\nclass Shell:\n    def run(self):\n        build().launch()\nif __name__ == "__main__":\n    Shell().run()\n',
    },
    expect: 'gradio own main.py',
  },
  {
    name: 'Gradio blocks',
    files: { 'app.py': 'import gradio as gr\nwith gr.Blocks() as demo:\n    pass\ndemo.queue().launch()\n' },
    expect: 'gradio own app.py',
  },
  {
    name: 'Connexion since 3',
    files: {
      'requirements.txt': 'connexion==3.1.0\n',
      'app.py': 'import connexion\napp = connexion.FlaskApp(__name__)\n',
    },
    expect: 'connexion asgi app:app',
  },
  {
    name: 'Connexion before 3',
    files: { 'requirements.txt': 'connexion==2.14.2\n', 'app.py': 'import connexion\napp = connexion.App(__name__)\n' },
    expect: 'connexion wsgi app:app',
  },
  {
    name: "Connexion's Flask app",
    files: { 'app.py': 'import connexion\nc = connexion.App(__name__)\napplication = c.app\n' },
    expect: 'connexion wsgi app:application',
  },
  {
    name: 'NiceGUI',
    files: { 'main.py': 'from nicegui import ui\nui.label("x")\nui.run()\n' },
    expect: 'nicegui own main.py',
  },
  {
    name: 'FastHTML',
    files: {
      'main.py': 'from fasthtml.common import *\napp, rt = fast_app()\n@rt("/")\ndef get():\n    return 1\nserve()\n',
    },
    expect: 'fasthtml asgi main:app',
  },
  {
    name: 'BlackSheep',
    files: { 'app.py': 'from blacksheep import Application\napp = Application()\n' },
    expect: 'blacksheep asgi app:app',
  },
  {
    name: 'web.py',
    files: { 'code.py': 'import web\napp = web.application(("/", "x"), globals())\napplication = app.wsgifunc()\n' },
    expect: 'web.py wsgi code:application',
  },
  {
    name: 'CherryPy as a program',
    files: {
      'app.py': 'import cherrypy\nclass Root:\n    pass\nif __name__ == "__main__":\n    cherrypy.quickstart(Root())\n',
    },
    expect: 'cherrypy own app.py',
  },
  {
    name: 'Chainlit',
    files: { 'app.py': 'import chainlit as cl\n@cl.on_message\nasync def main(m):\n    pass\n' },
    expect: 'chainlit own app.py',
  },
  {
    name: 'plain WSGI',
    files: { 'hello.py': 'def application(environ, start_response):\n    return []\n' },
    expect: '- wsgi hello:application',
  },
  {
    name: 'plain ASGI',
    files: { 'hello.py': 'async def app(scope, receive, send):\n    pass\n' },
    expect: '- asgi hello:app',
  },
  {
    name: 'an object whose class is called as WSGI',
    files: {
      'hello.py': 'class App:\n    def __call__(self, environ, start_response):\n        return []\n\napp = App()\n',
    },
    expect: '- wsgi hello:app',
  },
  {
    name: 'http.server as a program',
    files: {
      'server.py':
        'from http.server import HTTPServer, BaseHTTPRequestHandler\nclass H(BaseHTTPRequestHandler):\n    pass\nif __name__ == "__main__":\n    HTTPServer(("", 80), H).serve_forever()\n',
    },
    expect: '- own server.py',
  },
]
