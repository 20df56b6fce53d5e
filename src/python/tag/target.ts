import type { Architecture } from '../../kit/architecture.ts'

/** Which wheels an image can run: the tags of PEP 425 with the platforms of PEP 600 (glibc) or PEP 656 (musl). */
export interface TagTarget {
  /** `3.13`. */
  readonly python: string
  readonly architecture: Architecture
  readonly libc: 'glibc' | 'musl'
  /** Of the base image: `2.41`. */
  readonly libcVersion: string
}

const machines = { amd64: 'x86_64', arm64: 'aarch64' } as const

/** PEP 600: names from before a platform tag held the glibc version; arm64 begins with manylinux2014. */
const oldNames: ReadonlyMap<number, string> = new Map([
  [17, 'manylinux2014'],
  [12, 'manylinux2010'],
  [5, 'manylinux1'],
])

/** Tag → rank, best (0) first, in the order pip prefers them. */
export function supportedTags(target: TagTarget): ReadonlyMap<string, number> {
  const minor = Number(target.python.split('.')[1])
  const platforms = platformsOf(target)
  const here = `cp3${minor}`
  const tags: string[] = []
  const addFor = (python: string, abi: string): void => {
    for (const platform of platforms) tags.push(`${python}-${abi}-${platform}`)
  }
  addFor(here, here)
  addFor(here, 'abi3')
  addFor(here, 'none')
  // The stable ABI begins with 3.2: a wheel built for an older minor keeps working (PEP 384).
  for (let older = minor - 1; older >= 2; older -= 1) addFor(`cp3${older}`, 'abi3')
  const pures = [`py3${minor}`, 'py3', ...Array.from({ length: minor }, (_, i) => `py3${minor - 1 - i}`)]
  for (const python of pures) addFor(python, 'none')
  for (const python of [here, ...pures]) tags.push(`${python}-none-any`)
  return new Map(tags.map((tag, rank) => [tag, rank]))
}

/** The machine that supported tags are of, as tags name it: `aarch64`. */
export function machineOf(tags: ReadonlyMap<string, number>): string {
  const names = Object.values(machines)
  return names.find(name => tags.keys().some(tag => tag.endsWith(`_${name}`))) ?? 'this machine'
}

function platformsOf({ architecture, libc, libcVersion }: TagTarget): string[] {
  const machine = machines[architecture]
  const [major = 0, minor = 0] = libcVersion.split('.').map(Number)
  const oldest = libc === 'musl' ? 0 : architecture === 'arm64' ? 17 : 5
  const platforms: string[] = []
  for (let version = minor; version >= oldest; version -= 1) {
    platforms.push(`${libc === 'musl' ? 'musllinux' : 'manylinux'}_${major}_${version}_${machine}`)
    const old = libc === 'glibc' && major === 2 ? oldNames.get(version) : undefined
    if (old !== undefined) platforms.push(`${old}_${machine}`)
  }
  return [...platforms, `linux_${machine}`]
}
