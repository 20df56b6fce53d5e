/** The user's own programs around the steps: each name is `before-` or `after-` and a step, each value an argv. */
export type Hooks = Readonly<Partial<Record<HookName, readonly string[] | undefined>>>
/** What a repository names to be run on this machine, each by the key it stands under. */
export type Programs = Readonly<Record<string, readonly string[] | undefined>>
export type HookName = `${'before' | 'after'}-${'image' | 'publish' | 'release'}`
