import { pythonEndOfLife, pythonSettingNotUsed } from './notes.ts'
import type { Checkout } from '../../kit/checkout/index.ts'
import type { Note, PythonFact } from '../../model/project.ts'
import { allowsMinor } from '../../python/version/python.ts'
import type { Packages } from './packages/index.ts'
import { placesUpwards, type Place } from './packages/place.ts'
import { chooseMinor } from './python/choose.ts'
import { readEnvironmentName, readPins } from './python/pins.ts'
import { readHints, readLockRange, readRanges } from './python/ranges.ts'
import { refuseContradiction, refuseOld } from './python/refusal.ts'
import type { Statement } from './python/statement.ts'

/** Security support of this one has ended (PEP 619), yet it works. */
const ended = new Map([['3.10', 'October 2026']])

export interface FoundPython {
  readonly fact: PythonFact
  readonly notes: readonly Note[]
}

/**
 * The Python the app wants: the one configured; else the pinned minor, whether a base has it or not; else the best supported one in
 * the ranges. "Best" heeds what the app's packages can run on.
 * @param root the app's directory, relative to the repository
 * @param configured what the user's own settings say, over everything the repository says
 * @param age what the day of the last change says, where nothing else does
 * @throws `unsupported-python` for a version too old to deploy, another implementation, or files that contradict each other
 */
export function findPython(
  checkout: Checkout,
  root: string,
  packages: Packages,
  configured: string | null = null,
  age: Statement | null = null,
): FoundPython {
  if (configured !== null) return conclude(asConfigured(checkout, configured), [])
  const places = placesUpwards(checkout, root)
  const pins = firstOf(places.map(place => readPins(place)))
  const stated = firstOf(places.map(place => readRanges(place)))
  const ranges = [
    ...pins.filter(({ kind }) => kind === 'range'),
    ...(stated.length > 0 ? stated : readLockRange(packages.lock)),
  ]
  const pin = settlePin(pins, ranges)
  const named = places.flatMap(noteName).slice(0, 1)
  if (pin !== null)
    return conclude({ version: pin.minor, alternatives: [], because: [pin.reason, ...agreeing(pin.minor, ranges)] }, [
      ...named,
      ...ignored(pins, pin),
    ])
  const said = ranges.length > 0 ? [] : firstOf(places.map(place => readHints(place)))
  const hints = said.length > 0 || age === null ? said : [age]
  return conclude(chooseMinor({ ranges, hints, packages }), [...named, ...ignored(pins, null)])
}

function asConfigured(checkout: Checkout, version: string): PythonFact {
  const file = checkout.has('wherry.toml') ? 'wherry.toml' : 'pyproject.toml'
  return { version, alternatives: [], because: [{ file, line: null, text: `python = "${version}"` }] }
}

/** The statements of the nearest directory that makes any. */
function firstOf(groups: readonly (readonly Statement[])[]): readonly Statement[] {
  return groups.find(group => group.length > 0) ?? []
}

type Pin = Statement & { readonly minor: string }

/** A developer's tool setting counts only where the project names no interpreter, and its ranges do not exclude it. */
function settlePin(statements: readonly Statement[], ranges: readonly Statement[]): Pin | null {
  const named = statements.filter((one): one is Pin => one.minor !== null)
  const [first, ...others] = named.filter(({ kind }) => kind === 'pin')
  if (first === undefined) return settleTool(named, ranges)
  const other =
    others.find(({ minor }) => minor !== first.minor) ??
    ranges.find(range => !allowsMinor(range.constraint, first.minor))
  if (other !== undefined) throw refuseContradiction(first, other)
  refuseOld(first.minor, [first.reason])
  return first
}

function settleTool(named: readonly Pin[], ranges: readonly Statement[]): Pin | null {
  const tool = named.find(({ kind }) => kind === 'tool')
  if (tool === undefined || !ranges.every(range => allowsMinor(range.constraint, tool.minor))) return null
  refuseOld(tool.minor, [tool.reason])
  return tool
}

function agreeing(minor: string, ranges: readonly Statement[]): Statement['reason'][] {
  return ranges.filter(range => allowsMinor(range.constraint, minor)).map(({ reason }) => reason)
}

function noteName(place: Place): Note[] {
  const name = readEnvironmentName(place)
  if (name === null) return []
  const { minor, reason } = name
  const text = `${reason.file} holds ${reason.text}, the name of a virtual environment: write ${minor} there to have Python ${minor}.`
  return [pythonSettingNotUsed(text, [reason])]
}

function ignored(statements: readonly Statement[], pin: Pin | null): Note[] {
  const passed = statements.filter(({ kind, minor }) => kind === 'tool' && minor !== null && minor !== pin?.minor)
  return passed.map(({ reason, minor }) =>
    pythonSettingNotUsed(`${reason.file} names Python ${minor ?? ''}, which the project's own files rule out.`, [
      reason,
    ]),
  )
}

function conclude(fact: PythonFact, notes: readonly Note[]): FoundPython {
  const end = ended.get(fact.version)
  if (end === undefined) return { fact, notes }
  const text = `Python ${fact.version} has had no security fixes since ${end}. It works; plan to leave it.`
  return { fact, notes: [...notes, pythonEndOfLife(text, fact.because)] }
}
