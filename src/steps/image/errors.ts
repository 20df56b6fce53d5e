import { defineError } from '../../kit/error.ts'

export const cannotResolve = defineError({
  code: 'cannot-resolve',
  title: 'The requirements cannot be resolved',
  help: 'No set of versions meets all requirements for this Python, or the index does not know a package. The error brings the resolver’s own explanation. Loosen or mend the requirement it names; if the app needs an older Python, say so in .python-version or `requires-python`.',
})

export const noWheel = defineError({
  code: 'no-wheel',
  title: 'A package has no wheel that fits, and no source to build one from',
  help: 'The wheels that the index offers fit another Python or processor, and it has no source distribution. Take a version that has a wheel for this Python on Linux, on the platform that the error names, or another Python version.',
})

export const sdistBroken = defineError({
  code: 'sdist-does-not-build',
  title: 'A package that is offered only as source cannot be built',
  help: 'The package was built without network, with a compiler of the same Debian suite where it holds compiled parts, and its build fails: its code does not fit this Python or this compiler, its build script needs an older setuptools, or imports what it does not declare, or downloads something. The error shows the build’s last lines. Take another version of the package, or another Python.',
})

export const buildNeedsPackage = defineError({
  code: 'build-needs-package',
  title: 'A package that is built from source lacks a header, a library or a program',
  help: 'The package has compiled parts, and its build looks for something that the compiler’s own packages do not bring. Where exactly one Debian package has it, it is added by itself; otherwise the error lists those that have it. Name the right one under `image.build-packages` in wherry.toml: such packages are there while packages are built, and never enter the image.',
})

export const cannotCompileFor = defineError({
  code: 'cannot-compile-for-platform',
  title: 'A package would have to be compiled for another architecture than this machine’s',
  help: 'An image for another architecture is put together from wheels of that architecture, and from packages of pure Python that are built here. A package that the index offers only as source, and that has compiled parts, is built on the kind of machine it is for: Wherry has no cross-compiler. Take a version of the package that has a wheel for that platform, or make the image on a machine (or a CI runner) of that architecture; wherry.lock holds both side by side.',
})

export const otherPlatform = defineError({
  code: 'other-platform',
  title: 'An image of another architecture does not run on this machine',
  help: '`wherry up` starts the image on this machine, and `image.platform` or --platform asks for one of another architecture. Run this machine’s own image with `wherry up --platform` and its platform, and make the other with `wherry image` or `wherry publish`: both are of the same versions.',
})

export const twinDiffers = defineError({
  code: 'twin-differs',
  title: 'The two architectures would not have the same Python',
  help: 'What runs while an image of another architecture is made runs in its twin, the image of the same versions for this machine: bytecode, collected static files and the proof that the app loads are taken from there. That holds where both have the same release of Python. They may differ where one of the two was locked long before the other, or where the archive has a release for one architecture and not yet for the other.',
})

export const unsupportedRequirement = defineError({
  code: 'unsupported-requirement',
  title: 'A requirement comes from a place that images cannot be made from',
  help: 'A requirement points at a Mercurial, Subversion or Bazaar repository, at a file that git would not keep, or at an address with an environment variable in it, or is pinned by a hash that is not sha256. Publish it to an index, put it into a git repository, name an archive by its address, or pin it by sha256.',
})

export const gitFailed = defineError({
  code: 'git-failed',
  title: 'A git repository that a requirement names cannot be fetched',
  help: 'A requirement or a lock takes a package from a git repository, and git on this machine cannot fetch the commit: the address or the reference is wrong, the server is out of reach, or git has no credentials for it. Git asks nobody while Wherry runs: set up a credential helper or an SSH agent.',
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

export const moduleNotInstalled = defineError({
  code: 'module-not-installed',
  title: 'The app imports a module that none of its packages brings',
  help: 'The app was imported in its image before the image could ship, and Python did not find a module. The requirements do not ask for the distribution that has it: on the machine of whoever wrote the app it was there for another reason. The error names the likeliest distribution and the file to add it to, and brings the traceback. A module that is wanted only for development belongs inside `try … except ImportError` or behind a setting.',
})

export const appNotImportable = defineError({
  code: 'app-not-importable',
  title: 'The app cannot be imported in its image',
  help: 'The app was imported in its image before the image could ship, and that fails wherever it runs: a name that the installed version of a package does not have (ask for the version the app was written for), a module of the repository that is not found from where the app is run (`root` in wherry.toml), a shared library that is not there (`image.packages`), an object that the module does not have (`app`). The error brings the traceback.',
})

export const wrongInterface = defineError({
  code: 'wrong-interface',
  title: 'The app object is not of the interface it was detected as',
  help: 'The object was called WSGI and can only be called as ASGI, or the other way round, or is no app at all: its server would start and answer every request with an error. Name the right object with `app` in wherry.toml.',
})

export const imageBroken = defineError({
  code: 'image-job-failed',
  title: 'A program of the image could not do its part while the image was made',
  help: 'A step that runs inside the image (compiling bytecode, resolving) ended with an error. The error brings its last lines.',
})

export const unsupportedBase = defineError({
  code: 'unsupported-base',
  title: 'An image that Wherry cannot build on',
  help: 'A base image must be of a Debian or Ubuntu suite that Wherry knows, for nginx and the libraries of wheels are laid on it from there, and have an ordinary CPython with glibc in its PATH. Alpine (musl), PyPy and free-threaded builds are refused. Choose python:3.12-slim or its like, or leave image.base out.',
})

export const wrongBasePython = defineError({
  code: 'wrong-base-python',
  title: 'The base image has another Python than the app wants',
  help: 'image.base names an image whose Python is of another minor version than the one the repository’s files or wherry.toml ask for. Set `python` in wherry.toml to the image’s, or choose an image that has the right one.',
})

export const dockerfileExists = defineError({
  code: 'dockerfile-exists',
  title: 'The Dockerfile cannot be written there',
  help: '`wherry image --as-dockerfile` writes a new directory of the repository: a Dockerfile, the requirements by hash and the files it copies. It never writes over what is there, for you may have changed it. Name another directory, or remove the old one first.',
})

export const ownDockerfile = defineError({
  code: 'own-dockerfile',
  title: 'Wherry cannot do this with an image of your own Dockerfile',
  help: '`image.dockerfile` has the image made by your own Dockerfile. Such an image can be written to a file and published; what Wherry does by knowing what it assembled, it cannot do: run releases with `wherry up`, resolve and update packages, collect static files, explain the contents, prove that two builds are equal. Remove the key to let Wherry make the image.',
})

export const noBuilder = defineError({
  code: 'no-builder',
  title: 'Nothing on this machine builds a Dockerfile',
  help: '`image.dockerfile` needs docker or podman (whose services are asked over their sockets) or the program buildah. `wherry doctor` says what is there.',
})

/** For what needs to know how an image was made, where the config leaves that to a Dockerfile. */
export function onlyOwnImage(dockerfile: string): Error {
  return ownDockerfile({
    what: `Wherry does not run, explain or prove an image that ${dockerfile} makes.`,
    why: 'image.dockerfile is set: what lies in the image, how it starts and where its data is, only that file knows',
    next: 'Use wherry image --out or wherry publish, or remove image.dockerfile from wherry.toml.',
  })
}
