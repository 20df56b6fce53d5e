import type { Case } from './case.ts'

const page = 'import streamlit as st\nst.title("x")\n'
const api = 'from fastapi import FastAPI\napp = FastAPI()\n'

/** Programs that a framework's own command runs, beside apps that are served. */
export const pages: readonly Case[] = [
  {
    name: 'a page of its own beside an API',
    files: { 'requirements.txt': 'streamlit\nfastapi\n', 'ui.py': page, 'pkg/__init__.py': '', 'pkg/api.py': api },
    expect: 'ambiguous-app',
    says: 'pkg.api:app',
  },
  {
    name: 'a page and an API, both in the README',
    files: {
      'README.md': 'Say `streamlit run ui.py` or `python serve.py`.\n',
      'ui.py': page,
      'serve.py': 'import uvicorn\nif __name__ == "__main__":\n    uvicorn.run("api:app", reload=True)\n',
      'api.py': api,
    },
    expect: 'ambiguous-app',
  },
  {
    name: 'a page and an API, one of them in a Dockerfile',
    files: { Dockerfile: 'CMD ["uvicorn", "pkg.api:app"]\n', 'ui.py': page, 'pkg/__init__.py': '', 'pkg/api.py': api },
    expect: 'fastapi asgi pkg.api:app',
  },
  {
    name: 'a page that uses the API beside it is the whole',
    files: { 'ui.py': `from pkg.api import app\n${page}`, 'pkg/__init__.py': '', 'pkg/api.py': api },
    expect: 'streamlit own ui.py',
  },
  {
    name: 'a program of a framework’s own server beside an API goes by its name',
    files: {
      'app.py': 'import gradio as gr\ngr.Interface(fn=None).launch()\n',
      'server_app.py': api,
    },
    expect: 'gradio own app.py',
  },
]
