import type { Because } from '../../../model/because.ts'
import type { PackageManager } from '../../../model/project.ts'
import type { Manifest } from '../../../python/manifest/manifest.ts'
import { readRequirementsFile } from '../../../python/requirement/file.ts'
import type { ListedRequirement } from '../../../python/requirement/listed.ts'
import type { PackageSources } from './packages.ts'
import type { Place } from './place.ts'

/** What one package manager's files in a place amount to. */
export interface Claim {
  readonly manager: PackageManager
  /** Relative to the repository. */
  readonly lock: string | null
  readonly manifest: string | null
  readonly because: Because
  /** `tool`: a table or file only this manager reads; `list`: a requirements file; `project`: the standard's own fields. */
  readonly kind: 'tool' | 'list' | 'project'
  /** Reads the manifest; the locks of a place may be settled without. */
  readonly read: () => Content
}

export interface Content {
  readonly requirements: readonly ListedRequirement[]
  readonly sources: PackageSources
  /** The manifest's evidence that a program computes the dependencies. */
  readonly computed: { readonly line: number | null; readonly text: string } | null
}

/** A package manager: one file each, in the list of `managers.ts`. */
export type FindClaim = (place: Place) => Claim | null

export const noContent: Content = {
  requirements: [],
  sources: { index: null, extraIndexes: [], findLinks: [], constraints: [], prereleases: false },
  computed: null,
}

/** A manifest's content, together with the requirements files it takes its dependencies from. */
export function contentOf(manifest: Manifest | null, { checkout, directory }: Place): Content {
  if (manifest === null) return noContent
  const lists = manifest.includes.map(path => readRequirementsFile(path, checkout, { root: directory }))
  return {
    requirements: [...manifest.requirements, ...lists.flatMap(list => list.requirements)],
    sources: {
      index: manifest.index ?? lists.find(list => list.index !== null)?.index ?? null,
      extraIndexes: [...manifest.extraIndexes, ...lists.flatMap(list => list.extraIndexes)],
      findLinks: lists.flatMap(list => list.findLinks),
      constraints: [...manifest.constraints, ...lists.flatMap(list => list.constraints)],
      prereleases: lists.some(list => list.prereleases),
    },
    computed: manifest.computed,
  }
}
