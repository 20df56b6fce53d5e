import { defineError } from '../kit/error.ts'

export const npmRegistryUnknown = defineError({
  code: 'npm-registry-unknown',
  title: 'No registry of JavaScript packages is known',
  help: 'A front-end is built, and its packages come from the npm registry of this machine’s own settings: `npm_config_registry`, ~/.npmrc, or what the npm on this machine uses by itself. There is none of these. Install npm, or set `npm_config_registry` to your registry’s address.',
})

export const npmPackageGone = defineError({
  code: 'npm-package-not-found',
  title: 'The npm registry does not have a package that the front-end needs',
  help: 'The lock of the front-end names a package, or its build needs a Node.js or a package manager, that the registry of this machine’s settings does not offer. Check the registry (`npm config get registry`), its credentials, and the version asked for.',
})

export const npmIntegrity = defineError({
  code: 'npm-wrong-integrity',
  title: 'A JavaScript package is not the one its lock names',
  help: 'The archive that the npm registry sent has another hash than the front-end’s lock says. The registry, a proxy or the lock was changed; nothing of it was unpacked or run. Compare with another machine before you write the lock anew.',
})
