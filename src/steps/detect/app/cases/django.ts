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

const split = {
  ...stock,
  'shop/settings.py': undefined as never,
  'shop/settings/__init__.py': 'try:\n    from .dev import *\nexcept Exception:\n    from .prod import *\n',
  'shop/settings/base.py': 'INSTALLED_APPS = []\nWSGI_APPLICATION = "shop.wsgi.application"\n',
  'shop/settings/dev.py': 'from .base import *\n',
  'shop/settings/prod.py': 'from .base import *\n',
}
const unnamed = {
  'manage.py':
    'import sys\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n',
  'shop/__init__.py': '',
  'shop/wsgi.py': 'from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n',
  'shop/settings/__init__.py': '',
  'shop/settings/base.py': 'INSTALLED_APPS = []\nWSGI_APPLICATION = "shop.wsgi.application"\n',
  'shop/settings/development.py': 'from .base import *\n',
  'shop/settings/test.py': 'from .base import *\n',
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
    server: 'uvicorn',
  },
  {
    name: 'Daphne serves where a Procfile names it',
    files: {
      ...stock,
      'requirements.txt': 'django\nchannels\ndaphne\n',
      Procfile: 'web: daphne shop.asgi:application --port $PORT --bind 0.0.0.0\n',
    },
    expect: 'django asgi shop.asgi:application',
    server: 'daphne',
  },
  {
    name: 'an absolute import of settings that are kept out of git',
    files: {
      ...split,
      'shop/settings/__init__.py': 'from shop.settings.production import *\n',
    },
    expect: 'settings-missing',
    says: 'shop.settings.production',
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
    name: 'a function around the application, named by a Procfile',
    files: {
      ...stock,
      Procfile: 'web: gunicorn shop.asgi:application -k uvicorn.workers.UvicornWorker\n',
      'shop/asgi.py':
        'import os\nfrom django.core.asgi import get_asgi_application\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\ndjango_application = get_asgi_application()\nasync def application(scope, receive, send):\n    await django_application(scope, receive, send)\n',
    },
    expect: 'django asgi shop.asgi:application',
    settings: 'shop.settings',
  },
  {
    name: 'the settings are not there',
    files: { ...stock, 'shop/settings.py': undefined as never },
    expect: 'settings-missing',
  },
  {
    name: 'what wsgi.py names is not there, and manage.py names the settings for development',
    files: {
      'manage.py': manage('shop.settings.development'),
      'shop/__init__.py': '',
      'shop/wsgi.py': wsgi('shop_conf'),
      'shop/settings/__init__.py': '',
      'shop/settings/development.py': 'WSGI_APPLICATION = "shop.wsgi.application"\n',
    },
    expect: 'settings-missing',
    says: 'shop_conf',
  },
  {
    name: 'a wsgi.py with a class of its own names the settings',
    files: {
      'manage.py': manage('shop.settings.development'),
      'shop/__init__.py': '',
      'shop/wsgi.py':
        'import os, django\nfrom django.core.handlers.wsgi import WSGIHandler\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop_conf")\nclass Handler(WSGIHandler):\n    pass\ndef make():\n    django.setup()\n    return Handler()\napplication = make()\n',
      'shop/settings/__init__.py': '',
      'shop/settings/development.py': 'WSGI_APPLICATION = "shop.wsgi.application"\n',
    },
    expect: 'settings-missing',
    says: 'shop_conf',
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
  {
    name: 'what uWSGI sets is the choice',
    files: {
      ...split,
      'uwsgi.ini': '[uwsgi]\nmodule = shop.wsgi:application\nenv = DJANGO_SETTINGS_MODULE=shop.settings.prod\n',
    },
    expect: 'django wsgi shop.wsgi:application',
    settings: 'shop.settings.prod',
  },
  {
    name: 'what a Procfile sets is the choice',
    files: { ...split, Procfile: 'web: DJANGO_SETTINGS_MODULE=shop.settings.prod gunicorn shop.wsgi\n' },
    expect: 'django wsgi shop.wsgi:application',
    settings: 'shop.settings.prod',
  },
  {
    name: 'a settings package chosen by the Dockerfile',
    files: { ...split, Dockerfile: 'ENV DJANGO_SETTINGS_MODULE=shop.settings.prod\n' },
    expect: 'django wsgi shop.wsgi:application',
    settings: 'shop.settings.prod',
  },
  {
    name: 'settings of the environment that are not in the code change nothing',
    files: { ...split, Dockerfile: 'ENV DJANGO_SETTINGS_MODULE=shop.settings.gone\n' },
    expect: 'django wsgi shop.wsgi:application',
    settings: 'shop.settings',
  },
  {
    name: 'nothing names the settings: production is plain',
    files: { ...unnamed, 'shop/settings/production.py': 'from .base import *\n' },
    expect: 'django wsgi shop.wsgi:application',
    settings: 'shop.settings.production',
    notes: ['settings-chosen'],
  },
  {
    name: 'nothing names the settings: one that is not for development',
    files: unnamed,
    expect: 'django wsgi shop.wsgi:application',
    settings: 'shop.settings.base',
    notes: ['settings-chosen'],
  },
  {
    name: 'nothing names the settings: several could be meant',
    files: { ...unnamed, 'shop/settings/other.py': 'from .base import *\n' },
    expect: 'settings-missing',
    says: 'shop.settings.base, shop.settings.development, shop.settings.other',
  },
  {
    name: 'the settings import what is not there',
    files: { ...split, 'shop/settings/__init__.py': 'from .base import *\nfrom .local import *\n' },
    expect: 'settings-missing',
    says: '.local',
  },
]
