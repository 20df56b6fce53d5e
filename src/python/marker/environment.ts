import type { Architecture } from '../../kit/architecture.ts'
import { normalizeName } from '../name.ts'
import { minorOf } from '../version/version.ts'
import type { Variable } from './marker.ts'

/** What markers are asked against: the image's Python on Linux, never the machine that builds it. */
export interface MarkerEnvironment {
  readonly values: Readonly<Record<Exclude<Variable, 'extra' | 'extras' | 'dependency_groups'>, string>>
  readonly extras: ReadonlySet<string>
  readonly groups: ReadonlySet<string>
}

export interface MarkerTarget {
  /** The full version, `3.11.2`: some markers part two patch releases. */
  readonly python: string
  readonly architecture: Architecture
  readonly extras?: Iterable<string>
  readonly groups?: Iterable<string>
}

/** The environment of CPython on Linux. The kernel's release and version are not known when an image is made, and empty. */
export function markerEnvironment(target: MarkerTarget): MarkerEnvironment {
  return {
    values: {
      python_version: minorOf(target.python) ?? target.python,
      python_full_version: target.python,
      os_name: 'posix',
      sys_platform: 'linux',
      platform_release: '',
      platform_system: 'Linux',
      platform_version: '',
      platform_machine: target.architecture === 'arm64' ? 'aarch64' : 'x86_64',
      platform_python_implementation: 'CPython',
      implementation_name: 'cpython',
      implementation_version: target.python,
    },
    extras: new Set([...(target.extras ?? [])].map(normalizeName)),
    groups: new Set([...(target.groups ?? [])].map(normalizeName)),
  }
}
