import { directive, reference, type Arg, type Directive } from './directive.ts'

/** `map SOURCE $TARGET { KEY VALUE; … }`. */
export function map(source: Arg, target: string, entries: readonly (readonly [key: Arg, value: Arg])[]): Directive {
  return directive(
    'map',
    [source, reference(target)],
    entries.map(([key, value]) => directive(key, [value])),
  )
}
