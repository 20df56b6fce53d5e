/** Registries (distribution-spec): a reference names an image there, `pushImage` brings one, `pullImage` fetches one into the cache. */
export { formatReference, parseReference, type Reference } from './reference.ts'
export { pullImage, findManifest, type PullOptions } from './pull.ts'
export { pushImage, type PushOptions } from './push.ts'
export { tellMovements } from './tell.ts'
export type { Movement, Watch } from './transfer.ts'
export { badReference, imageNotFound, registryUnreachable } from './errors.ts'
