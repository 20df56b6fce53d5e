import type { CommandEntry } from '../command.ts'

const path = { '[path]': 'the repository; the current directory without it' }

/** Every command, in the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'detect',
    summary: 'say what the app is, with the lines that say so',
    arguments: path,
    load: () => import('./detect.ts'),
  },
  {
    name: 'image',
    summary: 'make the image that runs everywhere, and print its digest',
    arguments: path,
    options: { '--out <file>': 'also write it as one tar, for docker load, podman load or skopeo' },
    load: () => import('./image.ts'),
  },
]
