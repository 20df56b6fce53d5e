import type { Case } from './case.ts'

const api = 'from fastapi import FastAPI\napp = FastAPI()\n'

export const fastapi: readonly Case[] = [
  { name: 'an object in a module', files: { 'main.py': api }, expect: 'fastapi asgi main:app', server: 'uvicorn' },
  {
    name: 'a package that imports itself absolutely is seen from above it',
    files: { 'app/__init__.py': '', 'app/core.py': 'x = 1\n', 'app/main.py': `from app.core import x\n${api}` },
    expect: 'fastapi asgi app.main:app',
  },
  {
    name: 'a directory whose modules import each other by name is on sys.path itself',
    files: { 'app/core.py': 'x = 1\n', 'app/main.py': `from core import x\n${api}` },
    expect: 'fastapi asgi main:app',
    path: 'app',
  },
  {
    name: 'relative imports need the package above',
    files: { 'app/core.py': 'x = 1\n', 'app/main.py': `from .core import x\n${api}` },
    expect: 'fastapi asgi app.main:app',
  },
  {
    name: 'a Dockerfile decides how a module that could be written both ways is written',
    files: { Dockerfile: 'CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]\n', 'app/main.py': api },
    expect: 'fastapi asgi app.main:app',
  },
  {
    name: 'src is on sys.path, not in the name',
    files: { 'src/shop/__init__.py': '', 'src/shop/main.py': `from shop import db\n${api}`, 'src/shop/db.py': '' },
    expect: 'fastapi asgi shop.main:app',
    path: 'src',
  },
  {
    name: 'src in the name where the code writes it so',
    files: { 'src/__init__.py': '', 'src/main.py': `from src.db import x\n${api}`, 'src/db.py': 'x = 1\n' },
    expect: 'fastapi asgi src.main:app',
  },
  {
    name: 'an app that is mounted is a part',
    files: { 'main.py': `${api}admin = FastAPI()\napp.mount("/admin", admin)\n` },
    expect: 'fastapi asgi main:app',
  },
  {
    name: 'an app that another module mounts is a part',
    files: {
      'api.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      'server.py': 'from fastapi import FastAPI\nimport api\napp = FastAPI()\napp.mount("/api", api.app)\n',
    },
    expect: 'fastapi asgi server:app',
  },
  {
    name: 'Socket.IO around the app is served',
    files: {
      'main.py': `import socketio\n${api}sio = socketio.AsyncServer()\nsocket_app = socketio.ASGIApp(sio, app)\n`,
    },
    expect: 'fastapi asgi main:socket_app',
  },
  {
    name: 'what a main guard gives to Uvicorn is named',
    files: {
      'one.py': api,
      'two.py': api,
      'start.py': 'import uvicorn\nif __name__ == "__main__":\n    uvicorn.run("two:app", port=80)\n',
    },
    expect: 'fastapi asgi two:app',
  },
  {
    name: '[tool.fastapi] names the object',
    files: { 'pyproject.toml': '[tool.fastapi]\nentrypoint = "two:app"\n', 'main.py': api, 'two.py': api },
    expect: 'fastapi asgi two:app',
  },
  {
    name: 'a factory whose body cannot be followed, but whose type is written',
    files: {
      'main.py':
        'from fastapi import FastAPI\nimport secret_lib\ndef build() -> FastAPI:\n    return secret_lib.build()\n\napp = build()\n',
    },
    expect: 'fastapi asgi main:app',
  },
  {
    name: 'a factory that is given its parts',
    files: {
      'setup_app.py':
        'from fastapi import FastAPI\ndef create(router, settings):\n    app = FastAPI()\n    app.include_router(router)\n    return app\n',
      'main.py': 'from setup_app import create\napp = create(None, settings=None)\n',
    },
    expect: 'fastapi asgi main:app',
  },
  {
    name: 'an app made where the server is started is its own program',
    files: {
      'serve.py':
        'import uvicorn\nfrom fastapi import FastAPI\ndef main():\n    app = FastAPI()\n    uvicorn.run(app)\n\nif __name__ == "__main__":\n    main()\n',
    },
    expect: 'fastapi own serve.py',
    server: 'own',
  },
  {
    name: 'a directory named as a library, inside a package, is not that library',
    files: { 'shop/__init__.py': '', 'shop/fastapi/__init__.py': '', 'shop/fastapi/main.py': api },
    expect: 'fastapi asgi shop.fastapi.main:app',
  },
  {
    name: 'Gradio mounted on the app leaves the app',
    files: {
      'main.py': `import gradio as gr\n${api}with gr.Blocks() as demo:\n    pass\napp = gr.mount_gradio_app(app, demo, path="/ui")\n`,
    },
    expect: 'fastapi asgi main:app',
  },
  { name: 'two equal apps', files: { 'one.py': api, 'two.py': api }, expect: 'ambiguous-app' },
  {
    name: 'two apps of which one has a telling name',
    files: { 'main.py': api, 'two.py': api },
    expect: 'fastapi asgi main:app',
  },
]
