/** The part of CycloneDX 1.6 that Wherry writes (ECMA-424; cyclonedx.org/docs/1.6/json). */
export interface Bom {
  readonly $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json'
  readonly bomFormat: 'CycloneDX'
  readonly specVersion: '1.6'
  readonly serialNumber: string
  readonly version: 1
  readonly metadata: {
    readonly timestamp: string
    readonly lifecycles: readonly { readonly phase: 'build' }[]
    readonly tools: { readonly components: readonly Component[] }
    readonly component: Component
  }
  readonly components: readonly Component[]
  readonly dependencies: readonly Dependency[]
}

export interface Component {
  readonly type: string
  readonly 'bom-ref'?: string
  readonly group?: string
  readonly name: string
  readonly version?: string
  readonly description?: string
  readonly hashes?: readonly Hash[]
  readonly licenses?: readonly LicenceChoice[]
  readonly purl?: string
  readonly externalReferences?: readonly ExternalReference[]
  readonly components?: readonly Component[]
  readonly properties?: readonly { readonly name: string; readonly value: string }[]
}

export interface Hash {
  readonly alg: string
  readonly content: string
}

/** One expression alone, or any number of licences. */
export type LicenceChoice =
  | { readonly expression: string; readonly acknowledgement?: 'declared' }
  | { readonly license: { readonly name: string; readonly acknowledgement?: 'declared' } | { readonly id: string } }

export interface ExternalReference {
  readonly type: string
  readonly url: string
  readonly hashes?: readonly Hash[]
}

export interface Dependency {
  readonly ref: string
  readonly dependsOn: readonly string[]
}
