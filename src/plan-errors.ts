import { defineError } from './kit/error.ts'

export const unsupportedPython = defineError({
  code: 'unsupported-python',
  title: 'No supported Python fits what the files say',
  help: 'The app asks for a Python that images cannot be made for: its security support has ended (2.x, 3.0 to 3.9), it is another implementation such as PyPy, or a free-threaded build; or image.base insists on Debian, whose suites carry only 3.11 and 3.13. The same code is given when files contradict each other, such as a .python-version outside the range of requires-python: correct the one that is wrong.',
})

export const nothingToInstall = defineError({
  code: 'nothing-to-install',
  title: 'The app imports a framework that nothing says to install',
  help: 'The source uses a framework, and the repository holds no requirements file, pyproject.toml or lock that asks for it. Wherry does not guess versions. Add a requirements.txt.',
})

export const condaEnvironment = defineError({
  code: 'conda-environment',
  title: 'The packages come from conda',
  help: 'The repository describes its packages as a conda environment. Conda packages are built for an environment of their own and cannot be put into an image made from Debian packages and wheels. Write the same packages into a requirements.txt; nearly all of them have wheels.',
})
