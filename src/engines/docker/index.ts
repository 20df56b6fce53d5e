/** Docker and podman, through the API they share: an engine (`dockerEngine`), and what they can do beyond running containers. */
export { dockerAddresses, podmanAddresses } from './address.ts'
export { buildWithDaemon, type BuildRequest } from './build.ts'
export { connectDaemon, daemonsHere, type Daemon } from './daemon.ts'
export { dockerEngine, type DockerOptions } from './engine.ts'
export { loadImage, type Loaded } from './load.ts'
export { listStepImages, removeStepImage } from './step-images.ts'
