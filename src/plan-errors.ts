import { defineError } from './kit/error.ts'

export const unsupportedPython = defineError({
  code: 'unsupported-python',
  title: 'No supported Python fits what the files say',
  help: 'The app asks for a Python that images cannot be made for: no Debian suite carries it (3.11 and 3.13 they do), its security support has ended (2.x, 3.0 to 3.9), it is another implementation such as PyPy, or a free-threaded build. The same code is given when files contradict each other, such as a .python-version outside the range of requires-python: correct the one that is wrong.',
})
