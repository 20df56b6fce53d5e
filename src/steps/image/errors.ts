import { defineError } from '../../kit/error.ts'

export const cannotResolve = defineError({
  code: 'cannot-resolve',
  title: 'The requirements cannot be resolved',
  help: 'No set of versions meets all requirements for this Python, or the index does not know a package. The error brings the resolver’s own explanation. Loosen or mend the requirement it names; if the app needs an older Python, say so in .python-version or `requires-python`.',
})

export const noWheel = defineError({
  code: 'no-wheel',
  title: 'A package has no wheel that fits, and cannot be built here',
  help: 'The index offers the package only as source, or its wheels fit another Python or processor, and building it needs a compiler or system headers. Images for it can be made when it offers a wheel: take a version that has one, another Python version, or a distribution of the same code that ships wheels (psycopg2-binary for psycopg2).',
})

export const sdistBroken = defineError({
  code: 'sdist-does-not-build',
  title: 'A package that is offered only as source cannot be built',
  help: 'The package is pure Python, yet its build fails: often its build script needs an older setuptools, or imports what it does not declare. The error shows the build’s last lines. Take another version of the package.',
})

export const unsupportedRequirement = defineError({
  code: 'unsupported-requirement',
  title: 'A requirement comes from a place that images cannot be made from',
  help: 'A requirement points at a git repository or another version control system instead of the package index, at a source archive inside the repository, or is pinned by a hash that is not sha256. Publish it to an index, name an archive by its address, put a wheel into the repository, or pin it by sha256.',
})

export const emptyEnvironment = defineError({
  code: 'empty-environment',
  title: 'The requirements install nothing',
  help: 'Every requirement was excluded by its environment marker for this Python on Linux, so that the app could not even import its framework. Check the markers.',
})

export const invalidLock = defineError({
  code: 'invalid-wherry-lock',
  title: 'wherry.lock cannot be read',
  help: 'The file is damaged, was edited by hand, or was written by a newer version of Wherry. Restore it from version control, or delete it to resolve anew.',
})

export const secretInSource = defineError({
  code: 'secret-in-source',
  title: 'A file that would enter the image holds a secret',
  help: 'A private key or an access token stands in a file of the app. Images are copied to registries and servers, and whoever can pull one can read it. Remove the secret from the file and revoke it; or, when it is none (an example, a test key), allow the file under `image.allow-secrets` in wherry.toml.',
})

export const collectFailed = defineError({
  code: 'collectstatic-failed',
  title: 'collectstatic failed',
  help: 'Django could not collect the static files while the image was made. It ran inside the image, with a throw-away SECRET_KEY and without network or database. The error brings its traceback: a setting that is read without a default, a missing file that a stylesheet names, or an import that connects to something.',
})

export const imageBroken = defineError({
  code: 'image-job-failed',
  title: 'A program of the image could not do its part while the image was made',
  help: 'A step that runs inside the image (compiling bytecode, resolving) ended with an error. The error brings its last lines.',
})
