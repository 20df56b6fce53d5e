import type { Case } from './case.ts'

const main =
  'from pyramid.config import Configurator\n\ndef main(global_config, **settings):\n    config = Configurator(settings=settings)\n    return config.make_wsgi_app()\n'
const setup =
  "from setuptools import setup\nsetup(name='a', packages=['a'], entry_points={'paste.app_factory': ['main = a:main']})\n"

export const pyramid: readonly Case[] = [
  {
    name: 'a PasteDeploy factory needs the settings of an ini file',
    files: { 'setup.py': setup, 'a/__init__.py': main, 'production.ini': '[app:main]\nuse = egg:a\n' },
    expect: 'factory-needs-arguments',
    says: 'PasteDeploy',
  },
  {
    name: 'whatever its first parameter is called',
    files: { 'a/__init__.py': main.replace('global_config', '_conf') },
    expect: 'factory-needs-arguments',
    says: 'application = main({}, **{',
  },
  {
    name: 'an entry point does not make the factory callable',
    files: {
      'pyproject.toml': '[project]\nname = "a"\n[project.entry-points."paste.app_factory"]\nmain = "a:main"\n',
      'a/__init__.py': main.replace('global_config', 'global_config, config=None'),
    },
    expect: 'factory-needs-arguments',
  },
  {
    name: 'a module that calls it wins',
    files: {
      'setup.py': setup,
      'a/__init__.py': main.replace('global_config', 'global_config, config=None'),
      'app.py':
        'import configparser\nfrom a import main\nconfig = configparser.ConfigParser()\napplication = main(config.items("DEFAULT"), **dict(config.items("app:main")))\n',
    },
    expect: 'pyramid wsgi app:application',
  },
  {
    name: 'a factory of the same package without required parameters is one',
    files: {
      'a/__init__.py':
        'from bottle import Bottle\n\ndef app(**kwargs):\n    return Bottle()\n\ndef paste_app_factory(_global_config, **local_conf):\n    return app(**local_conf)\n',
    },
    expect: 'bottle wsgi a:app()',
  },
  {
    name: 'defaults make a PasteDeploy factory callable',
    files: { 'a/__init__.py': main.replace('global_config', 'global_config=None') },
    expect: 'pyramid wsgi a:main()',
  },
]
