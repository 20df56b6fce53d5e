import { evaluatePath } from './path.ts'
import { environmentRead } from './environment.ts'
import { unknown, type Known } from './known.ts'
import { findOrigin } from '../../../python/source/origin.ts'
import type { SourceTree } from '../../../python/source/tree.ts'
import { dotted, type Value } from '../../../python/source/value.ts'

/** Where a value stands: names in it are looked up in `file`. */
export interface Place {
  readonly tree: SourceTree
  readonly file: string
  /** How many names were followed; a chain longer than 12 is given up, so that a loop ends. */
  readonly depth?: number
}

/** Evaluates the forms settings are written in, without running them; what is not understood is `unknown`, never a guess. */
export function evaluate(value: Value, place: Place): Known {
  if ((place.depth ?? 0) > 12) return unknown
  switch (value.kind) {
    case 'string':
      return { ...unknown, text: value.text }
    case 'format':
      return value.parts.every(part => part !== null)
        ? { ...unknown, text: value.parts.join('') }
        : pathIn(value, place)
    case 'name':
    case 'attribute':
      return value.kind === 'name' || dotted(value)
        ? (follow(value, place) ?? pathIn(value, place))
        : pathIn(value, place)
    case 'either':
      return firstKnown(value.options, place)
    case 'call':
    case 'subscript': {
      const read = environmentRead(value)
      if (!read) return pathIn(value, place)
      const otherwise = read.otherwise ? evaluate(read.otherwise, deeper(place)) : unknown
      return { ...otherwise, environment: read }
    }
    default:
      return pathIn(value, place)
  }
}

function pathIn(value: Value, place: Place): Known {
  const path = evaluatePath(value, { file: place.file, ask: part => evaluate(part, deeper(place)) })
  return path === null ? unknown : { ...unknown, path }
}

function firstKnown(options: readonly Value[], place: Place): Known {
  const all = options.map(option => evaluate(option, deeper(place)))
  const environment = all.find(known => known.environment)?.environment ?? null
  const solid = all.find(known => known.text !== null || known.path !== null) ?? unknown
  return { ...solid, environment }
}

/** A name followed through imports to the value it is bound to. */
function follow(value: Value, place: Place): Known | null {
  if (value.kind !== 'name') return null
  if (value.name === '__file__') return null
  const origin = findOrigin(place.tree, place.file, value.name)
  if (origin?.kind !== 'bound' || origin.binding.kind !== 'value' || origin.binding.path.length > 0) return null
  return evaluate(origin.binding.value, { ...deeper(place), file: origin.file })
}

function deeper(place: Place): Place {
  return { ...place, depth: (place.depth ?? 0) + 1 }
}
