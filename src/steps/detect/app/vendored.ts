import { frameworks } from './frameworks/index.ts'
import { readText, type Texts } from './search.ts'

const classes = new Map<string, RegExp>(
  frameworks.flatMap(({ imports, makes }) => {
    const names = Object.keys(makes ?? {}).map(name => name.split('.').at(-1) ?? '')
    const defines = new RegExp(`^class (?:${names.join('|')})\\b`, 'm')
    return names.length === 0 ? [] : imports.map(name => [`${name}.py`, defines] as const)
  }),
)

/** True for a framework that is one file and was copied into the repository (bottle.py): it is the library, and no code of the app. */
export function isVendored(texts: Texts, file: string): boolean {
  const defines = classes.get(file.slice(file.lastIndexOf('/') + 1))
  return defines !== undefined && defines.test(readText(texts, file) ?? '')
}
