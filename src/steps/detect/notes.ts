import { defineNote } from './note.ts'

/** What a person should know though nothing is wrong enough to refuse. */

export const appInSubdirectory = defineNote({
  code: 'app-in-subdirectory',
  title: 'The app is run from a directory below the repository’s root',
  help: 'Its modules, its manifests or a start command say so. Processes, data and static files count from there. `root` in wherry.toml names another directory.',
})

export const packagesElsewhere = defineNote({
  code: 'packages-elsewhere',
  title: 'The packages are declared in a directory beside the app',
  help: 'Neither the app’s directory nor one above it has a requirements.txt or another manifest, and exactly one other directory asks for the app’s framework. Move the file beside the app, or to the root, to be sure.',
})

export const settingsChosen = defineNote({
  code: 'settings-chosen',
  title: 'Django’s settings module was chosen among several',
  help: 'Neither wsgi.py nor manage.py nor a Procfile names one for production, so the one that looks like it was taken. Name it in wsgi.py or asgi.py, or set DJANGO_SETTINGS_MODULE under `env` in wherry.toml, to be sure.',
})

export const developmentServerReplaced = defineNote({
  code: 'development-server-replaced',
  title: 'A start command runs a development server, which is replaced',
  help: 'The Procfile or another start command starts `flask run`, `manage.py runserver`, a server with reload or the like. Such servers are for one developer; the same app is served by Gunicorn or Uvicorn instead. Nothing needs to be done.',
})

export const factoryArgumentsLeftOut = defineNote({
  code: 'factory-arguments-left-out',
  title: 'A start command calls the factory with arguments',
  help: 'No server passes arguments to a factory, so it is called without any. When they matter, add a wsgi.py with `app = create_app(…)`, or read them from the environment.',
})

export const namedAppMissing = defineNote({
  code: 'named-app-missing',
  title: 'A start command names an app that is not in the code',
  help: 'The Procfile or another start command is older than the code, or the module is generated. The app that was found is served; correct the command, or name the app under `app` in wherry.toml.',
})

export const serverStartedOnImport = defineNote({
  code: 'server-started-on-import',
  title: 'Importing the module starts a server',
  help: 'A call such as `uvicorn.run(app)` or `app.run()` stands at the left margin, so that every import of the module would start a server of its own and never return. Calls that are known to do nothing else are left out while the app is imported. Put the call under `if __name__ == "__main__":`.',
})

export const processNeedsShell = defineNote({
  code: 'process-needs-shell',
  title: 'A process of the Procfile is a shell script',
  help: 'It uses pipes, `&&`, substitution or another part of a shell, and images have none. Write what it starts as an argv array under `processes` in wherry.toml; what must run before goes to `release.command`.',
})

export const notForLinux = defineNote({
  code: 'not-for-linux',
  title: 'Packages that exist for Windows alone are left out',
  help: 'The requirements ask for them without a marker, and there is nothing to install on Linux. Add `; sys_platform == "win32"` to the line.',
})

export const systemPackagesListed = defineNote({
  code: 'system-packages-listed',
  title: 'The requirements list parts of Ubuntu’s own Python',
  help: '`pip freeze` outside a virtual environment writes them down; no index has them. Remove the lines.',
})

export const indexNamed = defineNote({
  code: 'index-named',
  title: 'The repository names a package index of its own',
  help: 'Packages come from there too. Whoever controls that index decides what runs in the image; make sure that it is yours.',
})

export const manifestNotUsed = defineNote({
  code: 'manifest-not-used',
  title: 'A file that lists dependencies is not used',
  help: 'Another file says the dependencies more exactly, or is the one that the project’s tool reads. Remove the one that is passed over, or keep it in step.',
})

export const pythonSettingNotUsed = defineNote({
  code: 'python-setting-not-used',
  title: 'A file names a Python that is not used',
  help: 'It names a virtual environment, or a version that the project’s own files rule out. Correct it, or name the version under `python` in wherry.toml.',
})

export const pythonEndOfLife = defineNote({
  code: 'python-end-of-life',
  title: 'The app’s Python has no security fixes any more',
  help: 'It is used all the same. Allow a newer one in pyproject.toml or .python-version once the app runs on it.',
})

export const frontEndApart = defineNote({
  code: 'front-end-apart',
  title: 'A front-end builds pages that nothing of this app serves',
  help: 'It is probably deployed by itself. When the app does serve its output, name the build under `front-end` in wherry.toml.',
})

export const serviceNotRun = defineNote({
  code: 'service-not-run',
  title: 'The app connects to a service that is not run for it',
  help: 'PostgreSQL, MariaDB, Redis and Memcached are brought beside the app; RabbitMQ, MongoDB and other databases are not. Give it one of your own by the variable that the note names: with `--env`, as a secret, or under `env` in wherry.toml.',
})
