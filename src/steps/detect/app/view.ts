import type { Texts } from './search.ts'

/** The files below a directory, as if it were the whole repository. */
export function viewBelow(texts: Texts, directory: string): Texts {
  if (directory === '') return texts
  const prefix = `${directory}/`
  return {
    files: texts.files.filter(file => file.startsWith(prefix)).map(file => file.slice(prefix.length)),
    has: path => texts.has(prefix + path),
    text: (path, limit) => texts.text(prefix + path, limit),
  }
}
