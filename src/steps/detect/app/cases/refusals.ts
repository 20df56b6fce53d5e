import type { Case } from './case.ts'

const hello = 'from flask import Flask\napp = Flask(__name__)\n'
const setup = 'from setuptools import setup\nsetup(name="thing", packages=["thing"])\n'

/** What is no web app, and what the refusal calls it. */
export const refusals: readonly Case[] = [
  {
    name: 'a Copier template',
    files: {
      'copier.yml': 'project_name:\n  type: str\n',
      'template/pyproject.toml.jinja': '[project]\nname = "{{ project_name }}"\n',
      'template/app/__init__.py': hello,
    },
    expect: 'no-web-app',
    says: 'a Copier template to generate projects from',
  },
  {
    name: 'a Copier template that names its directory',
    files: { 'copier.yaml': '_subdirectory: src\n', 'src/requirements.txt': 'flask\n', 'src/app.py': hello },
    expect: 'no-web-app',
  },
  {
    name: 'a Cookiecutter template',
    files: { 'cookiecutter.json': '{}', '{{cookiecutter.slug}}/app.py': hello, 'tool.py': hello },
    expect: 'no-web-app',
    says: 'Cookiecutter',
  },
  {
    name: 'a manifest with placeholders',
    files: { 'pyproject.toml.jinja': '[project]\n', 'app.py': hello },
    expect: 'no-web-app',
  },
  {
    name: 'an app with its own manifest beside a template is one',
    files: {
      'cookiecutter.json': '{}',
      '{{cookiecutter.slug}}/app.py': hello,
      'site/requirements.txt': 'flask\n',
      'site/app.py': hello,
    },
    expect: 'flask wsgi app:app',
    root: 'site',
  },
  {
    name: 'a project made from a template is one',
    files: { '.copier-answers.yml': '_src_path: gh:a/b\n', 'app.py': hello },
    expect: 'flask wsgi app:app',
  },
  {
    name: 'the demonstrations of a course, though one of them has a Procfile',
    files: {
      'Chapter08/paas/Procfile': 'web: gunicorn server:app\n',
      'Chapter08/paas/requirements.txt': 'flask\n',
      'Chapter08/paas/server.py': hello,
      'Chapter09/server.py': hello,
    },
    expect: 'ambiguous-app',
  },
  {
    name: 'numbered demonstrations',
    files: {
      'start/lesson1.py': 'import gradio as gr\ngr.Interface().launch()\n',
      'more/demo1.py': 'import gradio as gr\ngr.Interface().launch()\n',
      'more/demo2.py': 'import gradio as gr\ngr.Interface().launch()\n',
    },
    expect: 'ambiguous-app',
  },
  {
    name: 'a library with examples',
    files: { 'setup.py': setup, 'thing/__init__.py': '', 'examples/app.py': hello },
    expect: 'no-web-app',
    says: 'a library, with apps only in examples/',
  },
  {
    name: 'a command-line program',
    files: {
      'setup.py': setup.replace(')', ', entry_points={\n"console_scripts": [\n"thing = thing.core:main",\n]})'),
      'thing/__init__.py': '',
      'thing/core.py': 'def main():\n    print("x")\n',
    },
    expect: 'no-web-app',
    says: 'a command-line program',
  },
  { name: 'no Python', files: { 'main.go': 'package main\n' }, expect: 'no-web-app', says: 'no Python source' },
  {
    name: 'a web app in Python 2',
    files: { 'app.py': 'import tornado.web\nprint "x"\n' },
    expect: 'unsupported-python',
    says: 'Port the app to Python 3',
  },
  {
    name: 'a script in Python 2',
    files: { 'run.py': 'print "x"\n' },
    expect: 'no-web-app',
    says: 'a script in Python 2',
  },
]
