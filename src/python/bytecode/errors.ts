import { defineError } from '../../kit/error.ts'

export const bytecodeFailed = defineError({
  code: 'bytecode-failed',
  title: 'Python sources could not be compiled',
  help: "The image's Python was started to compile sources to bytecode and did not finish. A single source that does not compile is no failure: it is left out and named. This error means that the interpreter itself could not run or could not read and write its files.",
})
