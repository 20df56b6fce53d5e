import { list } from '../kit/text.ts'
import { suiteNotFound } from './errors.ts'

/** The suites a base can be made of, and what differs between the two distributions. One row a suite. */
export interface Suite {
  readonly name: string
  readonly distribution: Distribution
  /** The Python it brings: `3.13`. */
  readonly python: string
}

export interface Distribution {
  readonly name: 'debian' | 'ubuntu'
  readonly title: string
  /** Components searched. Debian's contrib and non-free are not free to pass on; Ubuntu's nginx needs and libraries lie in both. */
  readonly components: readonly string[]
  /** True where security updates may come from the same address as the rest. */
  readonly oneArchive: boolean
  /** Every suite name an apt source of this distribution may use, so that third-party sources are told apart. */
  readonly names: readonly string[]
}

const debian: Distribution = {
  name: 'debian',
  title: 'Debian',
  components: ['main'],
  oneArchive: false,
  names: [
    'stable oldstable oldoldstable testing unstable sid'.split(' '),
    'buster bullseye bookworm trixie forky duke'.split(' '),
  ].flat(),
}

const ubuntu: Distribution = {
  name: 'ubuntu',
  title: 'Ubuntu',
  components: ['main', 'universe'],
  oneArchive: true,
  names: ['bionic', 'focal', 'jammy', 'noble', 'oracular', 'plucky', 'questing', 'resolute', 'devel'],
}

export const distributions: readonly Distribution[] = [debian, ubuntu]

export const suites: readonly Suite[] = [
  { name: 'bookworm', distribution: debian, python: '3.11' },
  { name: 'trixie', distribution: debian, python: '3.13' },
  { name: 'jammy', distribution: ubuntu, python: '3.10' },
  { name: 'noble', distribution: ubuntu, python: '3.12' },
]

/** The suite of that name. Throws `suite-not-found` with those there are. */
export function suiteNamed(name: string): Suite {
  const suite = suites.find(suite => suite.name === name)
  if (suite) return suite
  throw suiteNotFound({
    what: `Wherry makes no base of the suite ${name}.`,
    next: `Choose ${list(
      suites.map(suite => `${suite.name} (Python ${suite.python})`),
      'or',
    )}.`,
  })
}

/** The Python version a suite brings: `3.13`. */
export function pythonOf(suite: string): string {
  return suiteNamed(suite).python
}

/** The suite that brings a Python version, or null; only of the distributions given. */
export function suiteOf(python: string, among: readonly Distribution['name'][] = ['debian', 'ubuntu']): string | null {
  return suites.find(suite => suite.python === python && among.includes(suite.distribution.name))?.name ?? null
}
