import { expect, test } from 'vitest'
import { parseHeaders } from '../../../../python/wheel/headers.ts'
import { debianLicences, pythonLicences } from './licence.ts'

const text = 'Permission is hereby granted, free of charge, to any person obtaining a copy\n of this software'

test.each([
  ['License-Expression: MIT OR Apache-2.0\nLicense: BSD', 'MIT OR Apache-2.0', []],
  ['License: MIT', 'MIT', []],
  ['License: Apache License, Version 2.0', 'Apache-2.0', []],
  ['Classifier: License :: OSI Approved :: MIT License', 'MIT', []],
  ['License: BSD-3-Clause\nClassifier: License :: OSI Approved :: BSD License', 'BSD-3-Clause', []],
  ['Classifier: License :: OSI Approved :: BSD License', null, ['BSD License']],
  ['Classifier: License :: OSI Approved', null, []],
  [
    'Classifier: License :: OSI Approved :: MIT License\nClassifier: License :: OSI Approved :: Apache Software License',
    'Apache-2.0 AND MIT',
    [],
  ],
  [`License: ${text}`, null, []],
  ['License: UNKNOWN', null, []],
  ['License: constructor', null, ['constructor']],
  ['', null, []],
])('%j is %j, %j', (headers, expression, names) => {
  expect(pythonLicences(parseHeaders(headers))).toEqual({ expression, names })
})

const dep5 = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n'

test.each([
  [
    `${dep5}Files: *\nCopyright: x\nLicense: GPL-2+\n text\n\nFiles: debian/*\nLicense: Expat`,
    'GPL-2.0-or-later AND MIT',
    [],
  ],
  [
    `${dep5}Files: *\nLicense: BSD-3-clause or GPL-2\n\nFiles: x\nLicense: zlib`,
    '(BSD-3-Clause OR GPL-2.0-only) AND Zlib',
    [],
  ],
  [`${dep5}Files: *\nLicense: home-made\n\nFiles: y\nLicense: MIT\n\nLicense: MIT\n text`, null, ['MIT', 'home-made']],
  [`${dep5}Files: *\nLicense: LGPL-2.1+`, 'LGPL-2.1-or-later', []],
  ['This package is free software; GPL-2 applies.\n\nFiles: *\nLicense: MIT', null, []],
])('the copyright file %j is %j, %j', (copyright, expression, names) => {
  expect(debianLicences(copyright)).toEqual({ expression, names })
})
