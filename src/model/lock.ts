import type { Architecture } from '../kit/architecture.ts'

/**
 * What the intentions became: exact packages by hash. Written as `wherry.lock` by steps/image/resolve, meant to be committed.
 * Inputs of an image's digest are the tree, the config and this file, nothing else.
 */
export interface Lock {
  /** Hash of the requirements this lock answers; another hash means it must be resolved again. */
  readonly requirements: string
  readonly python: string
  readonly base: BaseLock
  readonly wheels: readonly Distribution[]
  readonly sdists: readonly SourceDistribution[]
  /** Debian packages of the compiler that sdists with compiled parts were built by; empty when there are none. Never in the image. */
  readonly compiler: readonly DebianPackage[]
  /** The server Wherry adds, when the app brings none: its distributions are among `wheels`. */
  readonly server: { readonly name: string; readonly version: string } | null
  /** Debian packages the wheels' shared objects need, by library. */
  readonly systemLibraries: readonly SystemLibrary[]
  /** Places the app wrote to, beside those its settings name, when it was first started; relative to the app's root. */
  readonly data: readonly { readonly path: string; readonly kind: 'sqlite' | 'file' | 'directory' }[]
  /** What builds the app's front-ends; null where there are none. Nothing of it enters the image. */
  readonly frontEnd: FrontEndTools | null
  /** The moment the resolution looked at the index as of; null when a lock of the app pinned everything. */
  readonly asOf: string | null
}

/** The locks of an app, by the platform each is for: what `wherry.lock` holds. One never moves because another does. */
export type Locks = Readonly<Partial<Record<Platform, Lock>>>

export type Platform = `linux/${Architecture}`

export type BaseLock = DebianBaseLock | ImageBaseLock

/** A base assembled from Debian packages. */
export interface DebianBaseLock extends FromDebian {
  readonly kind: 'debian'
}

/** A base that is an image of a registry, with Debian packages on it. */
export interface ImageBaseLock extends FromDebian {
  readonly kind: 'image'
  /** As it was asked for: `python:3.12-slim`. */
  readonly name: string
  /** What that was: `docker.io/library/python@sha256:…`, the manifest of this architecture. */
  readonly reference: string
  readonly interpreter: Interpreter
  /** The Debian packages it brings, as its own record says. */
  readonly held: readonly { readonly name: string; readonly version: string }[]
}

/** The Python of a base image, as it says itself. */
export interface Interpreter {
  /** Absolute, links resolved: `/usr/local/bin/python3.12`. */
  readonly executable: string
  /** Where its standard library lies, absolute. */
  readonly library: string
  /** Version of its C library: `2.41`. */
  readonly glibc: string
}

interface FromDebian {
  readonly suite: string
  readonly architecture: Architecture
  /** Addresses it was resolved from, so that a colleague needs no setting: main archive and security archive. */
  readonly mirrors: { readonly archive: string; readonly security: string | null }
  /** Python and what it needs, none on an image; nginx and what it needs beyond that; libraries of the wheels and packages the config asks for. */
  readonly packages: readonly DebianPackage[]
  readonly nginx: readonly DebianPackage[]
  readonly libraries: readonly DebianPackage[]
}

export interface DebianPackage {
  readonly name: string
  readonly version: string
  readonly pocket: 'main' | 'updates' | 'security'
  /** Path below the archive. */
  readonly path: string
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
}

/** A wheel or sdist of the Python index. */
export interface Distribution {
  readonly name: string
  readonly version: string
  readonly file: string
  readonly url: string
  readonly size: number | null
  /** Lower-case hex. */
  readonly sha256: string
}

/** An sdist, and what it was built with: another setuptools or another header makes another package of it. */
export interface SourceDistribution extends Distribution {
  readonly build: BuildEnvironment
}

export interface BuildEnvironment {
  /** Its build requirements (PEP 517). */
  readonly wheels: readonly Distribution[]
  /** Debian packages beyond base and compiler: headers, and the libraries linked with. Null when nothing is compiled. */
  readonly packages: readonly DebianPackage[] | null
}

export interface FrontEndTools {
  /** Debian packages beside the base's: what build scripts expect of a system. */
  readonly packages: readonly DebianPackage[]
  readonly builds: readonly {
    /** As the plan names it. */
    readonly directory: string
    /** Node.js first, then the package managers. */
    readonly programs: readonly NodeProgram[]
  }[]
}

/** A program as the npm registry offers it. */
export interface NodeProgram {
  readonly name: string
  readonly version: string
  /** Subresource Integrity: `sha512-…`. */
  readonly integrity: string
}

export interface SystemLibrary {
  /** The DT_NEEDED name: `libstdc++.so.6`. */
  readonly soname: string
  /** The Debian package that holds it; it is among `base.libraries`. */
  readonly package: string
  /** The distribution that needs it. */
  readonly neededBy: string
}
