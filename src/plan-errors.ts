import { defineError } from './kit/error.ts'

export const unsupportedPython = defineError({
  code: 'unsupported-python',
  title: 'This version of Python is not supported',
  help: 'The version the repository asks for has no base image here: no Debian suite carries it, or it is past its end of life. Allow a supported version where the error points, or set `python` in wherry.toml after trying.',
})
