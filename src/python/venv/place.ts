/** Where a virtual environment lies in an image and for which Python: what every path in it depends on. */
export interface VenvPlace {
  /** Path of the environment in the tree, without slashes at its ends: `venv`. */
  readonly prefix: string
  /** `3.13` */
  readonly minor: string
}

/** Debian's Python and CPython's own agree on this path inside a virtual environment (sysconfig scheme `venv`). */
export function sitePackages({ prefix, minor }: VenvPlace): string {
  return `${prefix}/lib/python${minor}/site-packages`
}
