import { posix } from 'node:path'

/** Variables that a bundler writes into the pages for everybody to read; the others of an .env file stay out. */
const publicVariable =
  /^\s*(?:export\s+)?(?:VITE|REACT_APP|VUE_APP|NEXT_PUBLIC|NUXT_PUBLIC|PUBLIC|GATSBY|NG_APP|NODE_ENV|PARCEL)\w*\s*=/
/** What decides how a package manager installs. Registries and credentials do not: the packages come from what was fetched. */
const install =
  /^\s*(?:legacy-peer-deps|strict-peer-dep\w*|auto-install-peers|node-linker|hoist\b|hoist-pattern|public-hoist-pattern|shamefully-hoist|install-strategy|engine-strict|ignore-scripts|force|enable-pre-post-scripts|package-import-method|dedupe-\w+|link-workspace-packages|prefer-workspace-packages|resolution-mode|inject-workspace-packages|side-effects-cache|script-shell)[\w[\]-]*\s*=/

/**
 * Of a file that may hold secrets beside the settings of a build, the settings: of .env files the variables that become public anyway, of
 * package managers' files what is neither registry nor credential. Null for any other file. `text` is latin1.
 */
export function publicSettings(file: string, text: () => string): string | null {
  const name = posix.basename(file)
  if (/^\.env(?:\.(?!example|sample|template|dist)[\w.-]+)?$/.test(name))
    return lines(text(), line => publicVariable.test(line))
  if (name === '.npmrc') return lines(text(), line => install.test(line) && !line.includes('${'))
  if (name === '.yarnrc')
    return lines(text(), line => !/registry|auth|token|offline-mirror|yarn-path|^\s*"?\/\//i.test(line))
  return name === '.yarnrc.yml' ? withoutRegistries(text()) : null
}

function lines(text: string, keep: (line: string) => boolean): string {
  return text
    .split(/\r?\n/)
    .filter(line => line !== '' && keep(line))
    .map(line => `${line}\n`)
    .join('')
}

/** Top-level keys of Yarn 2 and newer with everything below them (yarnpkg.com/configuration/yarnrc). */
function withoutRegistries(text: string): string {
  let isOut = false
  return lines(text, line => {
    if (/^\S/.test(line))
      isOut =
        /^['"]?(?:npm|http|https|network|enableNetwork|unsafeHttp|caFile|yarnPath|enableGlobalCache|globalFolder|cacheFolder)/.test(
          line,
        )
    return !isOut
  })
}
