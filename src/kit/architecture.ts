/** Processors that images are made for, as Debian and OCI name them. */
export type Architecture = 'amd64' | 'arm64'

/** This machine's. An engine on another system (Docker on macOS) runs Linux of the same. */
export const ownArchitecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
