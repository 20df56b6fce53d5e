/** Processors that images are made for, as Debian and OCI name them. */
export const architectures = ['amd64', 'arm64'] as const
export type Architecture = (typeof architectures)[number]

/** This machine's. An engine on another system (Docker on macOS) runs Linux of the same. */
export const ownArchitecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
