export type { ListedRequirement } from '../../../python/requirement/listed.ts'
export type { Packages, PackageSources } from './packages.ts'
export { readPackages } from './read.ts'
