/**
 * Licences as packages declare them. Only what is written in a form that machines can read is taken over; where a package tells
 * nothing reliable, nothing is said.
 */
export interface Licences {
  /** An SPDX licence expression, or null. */
  readonly expression: string | null
  /** Where there is no expression: names as the package writes them. */
  readonly names: readonly string[]
}

export const noLicences: Licences = { expression: null, names: [] }

/** From the headers of a Python distribution: License-Expression (PEP 639) before License and the classifiers, which it replaces. */
export function pythonLicences(headers: ReadonlyMap<string, readonly string[]>): Licences {
  const [expression] = headers.get('license-expression') ?? []
  if (expression && isExpression(expression)) return { expression, names: [] }
  const classified = (headers.get('classifier') ?? [])
    .filter(text => text.startsWith('License ::'))
    .map(text => text.split('::').at(-1)?.trim() ?? '')
    .filter(name => name !== '' && name !== 'OSI Approved')
  const fromClassifiers = combine(classified, name => classifiers[name])
  if (fromClassifiers.expression !== null) return fromClassifiers
  const [text = ''] = headers.get('license') ?? []
  // The field often holds the whole text of the licence instead of its name.
  const named = text !== '' && text.length <= 80 && !text.includes('\n') && text.toUpperCase() !== 'UNKNOWN'
  const own = named ? combine([text], name => spdxNames.get(name.toLowerCase())) : noLicences
  return own.expression !== null || fromClassifiers.names.length === 0 ? own : fromClassifiers
}

/** From a copyright file in the machine-readable format (DEP 5); nothing from those in prose. */
export function debianLicences(text: string): Licences {
  if (!/^Format(?:-Specification)?:/im.test(text.slice(0, 2000))) return noLicences
  const names = new Set<string>()
  for (const paragraph of text.split(/\n[ \t]*\n/)) {
    if (!/^Files(?:-Excluded)?:/m.test(paragraph) || /^Files-Excluded:/m.test(paragraph)) continue
    const [, name = ''] = /^License:[ \t]*(.*)$/m.exec(paragraph) ?? []
    if (name.trim() !== '' && name.length <= 200) names.add(name.trim())
  }
  return combine([...names].sort(), debianExpression)
}

/** One expression when every name has one, joined by AND; the names otherwise. */
function combine(names: readonly string[], toSpdx: (name: string) => string | null | undefined): Licences {
  if (names.length === 0) return noLicences
  const known = names.map(toSpdx)
  if (!known.every(id => typeof id === 'string')) return { expression: null, names }
  const parts = [...new Set(known)].sort()
  return {
    expression: parts.map(part => (parts.length > 1 && / OR /.test(part) ? `(${part})` : part)).join(' AND '),
    names: [],
  }
}

function isExpression(text: string): boolean {
  return text.length <= 500 && /^[A-Za-z0-9.+()\s:-]+$/.test(text)
}

/** Debian's short names joined by `and`, `or` and commas, as an SPDX expression; null when any of them is not known. */
function debianExpression(text: string): string | null {
  const words = text.replaceAll(',', ' ').split(/\s+(and|or|and\/or)\s+/i)
  const parts = words.map((word, i) => {
    if (i % 2 === 1) return word.toLowerCase() === 'and' ? 'AND' : 'OR'
    return debianShortName(word.trim())
  })
  if (!parts.every(part => part !== null)) return null
  const operators = new Set(parts.filter((_, i) => i % 2 === 1))
  // `a or b and c` has no one reading.
  return operators.size > 1 ? null : parts.join(' ')
}

/** A short name of DEP 5: families with a version and a `+`, and the few others that SPDX knows under the same or another name. */
function debianShortName(name: string): string | null {
  const [, family, version, later] = /^(GPL|LGPL|AGPL|GFDL)-?v?(\d(?:\.\d)?)(\+?)$/i.exec(name) ?? []
  if (family !== undefined && version !== undefined) {
    const full = version.includes('.') ? version : `${version}.0`
    const upper = family.toUpperCase()
    return `${upper}-${full}-${later === '+' ? 'or-later' : 'only'}`
  }
  return spdxNames.get(name.toLowerCase()) ?? null
}

/** Names in use that mean exactly one SPDX identifier; `BSD` and `GPL` alone mean several and are not here. */
const spdxNames: ReadonlyMap<string, string> = new Map(
  [
    ['MIT', 'MIT License', 'The MIT License', 'Expat', 'Expat License', 'MIT/Expat'],
    [
      'Apache-2.0',
      'Apache 2.0',
      'Apache License 2.0',
      'Apache License, Version 2.0',
      'Apache License Version 2.0',
      'Apache2',
    ],
    [
      'BSD-3-Clause',
      'BSD 3-Clause',
      '3-Clause BSD',
      'BSD-3',
      'BSD 3-Clause License',
      'New BSD',
      'Modified BSD License',
    ],
    ['BSD-2-Clause', 'BSD 2-Clause', '2-Clause BSD', 'BSD-2', 'BSD 2-Clause License', 'Simplified BSD'],
    ['BSD-4-Clause'],
    ['0BSD'],
    ['ISC', 'ISC License'],
    ['PSF-2.0', 'PSF License', 'Python-2.0', 'PSFL'],
    ['MPL-2.0', 'MPL 2.0', 'Mozilla Public License 2.0 (MPL 2.0)', 'Mozilla Public License 2.0'],
    ['MPL-1.1'],
    ['Unlicense', 'The Unlicense'],
    ['Zlib'],
    ['Artistic-2.0'],
    ['BSL-1.0'],
    ['CC0-1.0'],
    ['CC-BY-4.0'],
    ['CC-BY-3.0'],
    ['CC-BY-SA-4.0'],
    ['CC-BY-SA-3.0'],
    ['WTFPL'],
    ['X11'],
    ['EPL-2.0'],
    ['EUPL-1.2'],
    ['HPND'],
    ['GPL-2.0-only', 'GPLv2'],
    ['GPL-2.0-or-later', 'GPLv2+'],
    ['GPL-3.0-only', 'GPLv3'],
    ['GPL-3.0-or-later', 'GPLv3+'],
    ['LGPL-2.1-only'],
    ['LGPL-2.1-or-later', 'LGPLv2.1+'],
    ['LGPL-3.0-only', 'LGPLv3'],
    ['LGPL-3.0-or-later', 'LGPLv3+'],
    ['AGPL-3.0-only', 'AGPLv3'],
    ['AGPL-3.0-or-later', 'AGPLv3+'],
    ['MIT-0'],
    ['OFL-1.1'],
    ['OpenSSL'],
    ['ZPL-2.1', 'ZPL 2.1'],
  ].flatMap(([id = '', ...names]) => [id, ...names].map(name => [name.toLowerCase(), id] as const)),
)

/** The classifiers of the index that mean one licence; `BSD License` and `GNU General Public License (GPL)` mean several. */
const classifiers: Readonly<Record<string, string>> = {
  'MIT License': 'MIT',
  'MIT No Attribution License (MIT-0)': 'MIT-0',
  'Apache Software License': 'Apache-2.0',
  'ISC License (ISCL)': 'ISC',
  'Python Software Foundation License': 'PSF-2.0',
  'Mozilla Public License 2.0 (MPL 2.0)': 'MPL-2.0',
  'The Unlicense (Unlicense)': 'Unlicense',
  'GNU General Public License v2 (GPLv2)': 'GPL-2.0-only',
  'GNU General Public License v2 or later (GPLv2+)': 'GPL-2.0-or-later',
  'GNU General Public License v3 (GPLv3)': 'GPL-3.0-only',
  'GNU General Public License v3 or later (GPLv3+)': 'GPL-3.0-or-later',
  'GNU Lesser General Public License v2 or later (LGPLv2+)': 'LGPL-2.0-or-later',
  'GNU Lesser General Public License v3 (LGPLv3)': 'LGPL-3.0-only',
  'GNU Lesser General Public License v3 or later (LGPLv3+)': 'LGPL-3.0-or-later',
  'GNU Affero General Public License v3': 'AGPL-3.0-only',
  'GNU Affero General Public License v3 or later (AGPLv3+)': 'AGPL-3.0-or-later',
  'Boost Software License 1.0 (BSL-1.0)': 'BSL-1.0',
  'zlib/libpng License': 'Zlib',
  'Zope Public License': 'ZPL-2.1',
  'Historical Permission Notice and Disclaimer (HPND)': 'HPND',
  'CC0 1.0 Universal (CC0 1.0) Public Domain Dedication': 'CC0-1.0',
}
