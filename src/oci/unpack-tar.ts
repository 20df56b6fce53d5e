import type { TarMember } from '../kit/tar-read.ts'
import { finishSite, layDirectory, layFile, layHardlink, layLink, openSite, type Site } from './lay-out.ts'
import { readSafely } from './layer-read.ts'
import { fixedMtime } from './tar-write.ts'

export interface Unpacking {
  /** Lays the members of a tar out below `under`, a relative path. Throws TarError, `damaged-image`. */
  add(tar: AsyncIterable<Uint8Array>, under?: string): Promise<void>
  /** A directory that no tar holds. */
  addDirectory(path: string): void
  finish(): void
}

/**
 * Lays tars out in a directory that does not exist yet, as the current user; owners, devices and names that lead elsewhere are left out.
 * A tar that an engine sends holds what the app's code made: it is trusted no more than a layer from anywhere.
 */
export function openUnpacking(directory: string): Unpacking {
  const site = openSite(directory, fixedMtime)
  return {
    async add(tar, under = '') {
      for await (const member of readSafely(tar)) await placeMember(site, below(member, under))
    },
    addDirectory: path => layDirectory(site, path, 0o755),
    finish: () => finishSite(site),
  }
}

function below(member: TarMember, under: string): TarMember {
  const place = (path: string): string => [under, path].filter(part => part !== '').join('/')
  return { ...member, path: place(member.path), link: member.type === 'hardlink' ? place(member.link) : member.link }
}

/** Lays one member out; whiteouts are the caller's to have dealt with. */
export async function placeMember(site: Site, entry: TarMember): Promise<void> {
  switch (entry.type) {
    case 'directory':
      return entry.path === '' ? undefined : layDirectory(site, entry.path, entry.mode)
    case 'symlink':
      return layLink(site, entry.path, entry.link)
    case 'hardlink':
      return layHardlink(site, entry.path, entry.link)
    case 'file': {
      const file = layFile(site, entry.path, entry.mode)
      try {
        for await (const chunk of entry.body()) file.write(chunk)
      } finally {
        file.close()
      }
      return undefined
    }
    case 'fifo':
    case 'block':
    case 'character':
      return undefined
  }
}
