import { posix } from 'node:path'
import type { Entry, Tree } from '../../model/tree.ts'
import { sitePackages, type VenvPlace } from './place.ts'

export interface BasePython {
  /** Absolute path in the image, links resolved: `/usr/bin/python3.13`. */
  readonly executable: string
  /** `3.13.5` */
  readonly version: string
}

/**
 * The files that make a directory a virtual environment (PEP 405), as `python -m venv` writes them: site-packages is then a site
 * directory, `.pth` files included, which PYTHONPATH would not give. No activate scripts: nothing in an image has a shell.
 */
export function makeVenv(python: BasePython, place: VenvPlace): Tree {
  const { prefix, minor } = place
  const config = [
    ['home', posix.dirname(python.executable)],
    ['include-system-site-packages', 'false'],
    ['version', python.version],
    ['executable', python.executable],
  ]
  const data = Buffer.from(config.map(([key, value]) => `${key} = ${value}\n`).join(''))
  const link = (path: string, target: string): Entry => ({ kind: 'link', path: `${prefix}/${path}`, target })
  return [
    { kind: 'file', path: `${prefix}/pyvenv.cfg`, mode: 0o644, size: data.length, bytes: { data } },
    link('bin/python', python.executable),
    link('bin/python3', 'python'),
    link(`bin/python${minor}`, 'python'),
    // Pythons of Fedora and its kin look for extension modules below lib64 (sys.platlibdir).
    link('lib64', 'lib'),
    { kind: 'directory', path: sitePackages(place), mode: 0o755 },
  ]
}
