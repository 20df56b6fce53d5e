import type { Case } from './case.ts'

const manage = (settings: string): string =>
  `import os, sys\ndef main():\n    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "${settings}")\n    from django.core.management import execute_from_command_line\n    execute_from_command_line(sys.argv)\n\nif __name__ == "__main__":\n    main()\n`
const wsgi = (settings: string): string =>
  `import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "${settings}")\napplication = get_wsgi_application()\n`
const asgi = (settings: string): string => wsgi(settings).replaceAll('wsgi', 'asgi')

const stock = {
  'manage.py': manage('shop.settings'),
  'shop/__init__.py': '',
  'shop/settings.py': 'WSGI_APPLICATION = "shop.wsgi.application"\n',
  'shop/wsgi.py': wsgi('shop.settings'),
  'shop/asgi.py': asgi('shop.settings'),
}

export const django: readonly Case[] = [
  { name: 'a stock project', files: stock, expect: 'django wsgi shop.wsgi:application', settings: 'shop.settings' },
  {
    name: 'a stock asgi.py changes nothing, even with ASGI_APPLICATION set',
    files: { ...stock, 'shop/settings.py': `${stock['shop/settings.py']}ASGI_APPLICATION = "shop.asgi.application"\n` },
    expect: 'django wsgi shop.wsgi:application',
  },
  {
    name: 'Channels makes it ASGI',
    files: {
      ...stock,
      'requirements.txt': 'django\nchannels\ndaphne\n',
      'shop/settings.py': `${stock['shop/settings.py']}ASGI_APPLICATION = "shop.asgi.application"\n`,
    },
    expect: 'django asgi shop.asgi:application',
    server: 'daphne',
  },
  {
    name: 'settings in a package: what wsgi.py names is for production',
    files: {
      'manage.py': manage('config.settings.local'),
      'config/__init__.py': '',
      'config/wsgi.py': wsgi('config.settings.production'),
      'config/settings/__init__.py': '',
      'config/settings/base.py': 'WSGI_APPLICATION = "config.wsgi.application"\n',
      'config/settings/local.py': 'from .base import *\n',
      'config/settings/production.py': 'from .base import *\n',
    },
    expect: 'django wsgi config.wsgi:application',
    settings: 'config.settings.production',
  },
  {
    name: 'a wsgi.py that names development settings is corrected by the Dockerfile',
    files: {
      ...stock,
      Dockerfile: 'ENV DJANGO_SETTINGS_MODULE=shop.settings.prod\n',
      'shop/settings.py': '',
      'shop/settings/__init__.py': '',
      'shop/settings/dev.py': 'WSGI_APPLICATION = "shop.wsgi.application"\n',
      'shop/settings/prod.py': 'from .dev import *\n',
      'shop/wsgi.py': wsgi('shop.settings.dev'),
    },
    expect: 'django wsgi shop.wsgi:application',
    settings: 'shop.settings.prod',
  },
  {
    name: 'a settings module named by an f-string',
    files: {
      ...stock,
      'shop/settings.py': '',
      'shop/settings/__init__.py': '',
      'shop/settings/live.py': '',
      'manage.py': manage('x')
        .replace('"x"', 'f"shop.settings.{mode}"')
        .replace('def main():', 'mode = "live"\ndef main():'),
      'shop/wsgi.py': wsgi('x')
        .replace('"x"', 'f"shop.settings.{mode}"')
        .replace('import os\n', 'import os\nmode = "live"\n'),
    },
    expect: 'django wsgi shop.wsgi:application',
    settings: 'shop.settings.live',
  },
  {
    name: 'a project in a directory is run from there',
    files: Object.fromEntries(Object.entries(stock).map(([path, text]) => [`backend/${path}`, text])),
    expect: 'django wsgi shop.wsgi:application',
    root: 'backend',
    notes: ['app-in-subdirectory'],
  },
  {
    name: 'the settings are not there',
    files: { ...stock, 'shop/settings.py': undefined as never },
    expect: 'settings-missing',
  },
  {
    name: 'WSGI_APPLICATION names what is not there',
    files: {
      'manage.py': manage('shop.settings'),
      'shop/__init__.py': '',
      'shop/settings.py': 'WSGI_APPLICATION = "shop.wsgi.application"\n',
    },
    expect: 'app-module-missing',
  },
  {
    name: 'WSGI_APPLICATION is not set: the wsgi.py counts',
    files: { ...stock, 'shop/settings.py': 'DEBUG = False\n' },
    expect: 'django wsgi shop.wsgi:application',
  },
  {
    name: 'WhiteNoise around the object',
    files: {
      ...stock,
      'shop/wsgi.py': `${wsgi('shop.settings')}from whitenoise import WhiteNoise\napplication = WhiteNoise(application)\n`,
    },
    expect: 'django wsgi shop.wsgi:application',
  },
  {
    name: 'a service beside a project is not the app',
    files: { ...stock, 'service.py': 'from flask import Flask\napp = Flask(__name__)\n' },
    expect: 'django wsgi shop.wsgi:application',
  },
  {
    name: "manage.py is not always Django's",
    files: {
      'manage.py': 'from flask import Flask\napp = Flask(__name__)\nif __name__ == "__main__":\n    app.run()\n',
    },
    expect: 'flask wsgi manage:app',
  },
  {
    name: 'FastAPI with Django mounted in it',
    files: {
      ...stock,
      'shop/asgi.py': `${asgi('shop.settings').replace('application =', 'django_application =')}from fastapi import FastAPI\ndef create():\n    app = FastAPI()\n    app.mount("/", django_application)\n    return app\n\napplication = create()\n`,
      'shop/settings.py': '',
      'shop/wsgi.py': '',
    },
    expect: 'fastapi asgi shop.asgi:application',
  },
  {
    name: 'a reusable app whose example is a project',
    files: {
      'setup.py': 'from setuptools import setup\nsetup(name="django-thing")\n',
      'thing/__init__.py': '',
      'thing/models.py': 'from django.db import models\n',
      ...Object.fromEntries(Object.entries(stock).map(([path, text]) => [`example/${path}`, text])),
    },
    expect: 'no-web-app',
  },
  {
    name: 'development settings run by runserver in a Procfile',
    files: { ...stock, Procfile: 'web: python manage.py runserver 0.0.0.0:$PORT\n' },
    expect: 'django wsgi shop.wsgi:application',
    notes: ['development-server-replaced'],
  },
]
