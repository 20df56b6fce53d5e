export { findApp, readSource, type FindAppOptions, type PackagesAt } from './find-app.ts'
export type { AppFinding } from './finding.ts'
export type { AppPackages } from './search.ts'
export type { DjangoSettings } from './django/choose.ts'
