/** What an image stands on, as far as whoever runs something in it must know. */
export interface Ground {
  /** How many of the lowest layers are a foreign image's: they are unpacked together, for one may delete files of another. */
  readonly foreign: number
  /** What it sets for every process. */
  readonly env: Readonly<Record<string, string>>
}

export const ownGround: Ground = { foreign: 0, env: {} }

/** PYTHONHOME would turn the virtual environment's Python away from its own packages. */
export function groundOf(foreign: number, env: Readonly<Record<string, string>>): Ground {
  return { foreign, env: Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'PYTHONHOME')) }
}

const usualPath = '/usr/local/bin:/usr/bin:/bin'

/** Where programs are looked for: the environment's own, then where the base has them. */
export function pathOn({ env }: Ground): string {
  return `/venv/bin:${env['PATH'] || usualPath}`
}
