import { defineError } from '../../../kit/error.ts'

export const noWebApp = defineError({
  code: 'no-web-app',
  title: 'The repository holds no web application',
  help: 'No object that a WSGI or ASGI server could serve was found at module level, no factory without arguments, and no program that is its own server. The error says what the repository looks like instead: a library, a script, a bot, notebooks, functions for a serverless platform. When there is an app all the same, name it: `app = "module:attribute"` in wherry.toml.',
})

export const ambiguousApp = defineError({
  code: 'ambiguous-app',
  title: 'Several apps have an equal claim',
  help: 'More than one app was found and nothing in the code or in a Procfile says which is meant. The candidates are listed, likeliest first. Name one with `app = "module:attribute"` in wherry.toml, or with `root = "directory"` when each has a directory of its own; or take each as an app of its own with the `[apps.NAME]` tables that the error writes.',
})

export const appModuleMissing = defineError({
  code: 'app-module-missing',
  title: 'A module that the app needs is not there',
  help: 'WSGI_APPLICATION, a Procfile, wherry.toml or an import of the app itself names a module or an object that does not exist in the repository, so the app cannot start anywhere. A file kept out of git (local settings, generated code) is the usual cause.',
})

export const settingsMissing = defineError({
  code: 'settings-missing',
  title: "Django's settings module is not there",
  help: 'manage.py or wsgi.py names a settings module that does not exist in the repository. It is often kept out of git because it holds secrets: commit a settings module that reads its secrets from the environment, or set DJANGO_SETTINGS_MODULE to one that exists.',
})

export const syntaxError = defineError({
  code: 'syntax-error',
  title: 'A file that the app runs is not valid Python 3',
  help: 'A file on the way to the app cannot be parsed, so importing the app fails on every machine. The error names the file and the line. Merge markers, template placeholders and a cut-off file are the usual causes; Python 2 code is `unsupported-python`.',
})

export const factoryNeedsArguments = defineError({
  code: 'factory-needs-arguments',
  title: 'The only way to the app is a function that needs arguments',
  help: 'The app is made by a function with required parameters, and no module calls it. A server can only call a factory without arguments: give the parameters defaults, or add a wsgi.py or asgi.py with `app = create_app(…)`.',
})

export const appOnlyInMain = defineError({
  code: 'app-only-in-main',
  title: 'The app exists only while the file runs as a script',
  help: 'The app object is made under `if __name__ == "__main__"` or inside a function that starts a development server. A production server imports the module and finds nothing. Make the object at module level, and keep only the call that runs it under the guard.',
})
