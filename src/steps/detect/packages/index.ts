export type { ListedRequirement, Packages, PackageSources } from './packages.ts'
