import {
  directive as d,
  pattern,
  reference,
  template,
  text,
  variable as v,
  type Arg,
  type Directive,
} from './directive.ts'
import { hashedNames } from './hashed-names.ts'
import { map } from './map.ts'
import { textual } from './media-types.ts'
import { number } from './numbers.ts'
import { ownHeaders } from './response-headers.ts'
import type { DiskPath } from './path.ts'
import type { Site, Static } from './site.ts'
import type { Nginx } from './version.ts'

const forever = `public, max-age=${number('immutable')}, immutable`
/** Kept, but asked for again each time: after a switch a page must not meet the old release's style sheet. */
const revalidated = 'public, max-age=0, must-revalidate'

/** Which files may be kept for ever, and where a missing one is looked for next. */
export function staticVariables(site: Site): Directive[] {
  const hashed = site.statics.filter(files => files.immutable === 'hashed')
  const inPrevious = template('/.wherry/previous', v('uri'))
  return [
    ...(hashed.length > 0 ? [byName('wherry_static_cache', text(revalidated), text(forever))] : []),
    ...(hashed.some(files => files.fallback) ? [byName('wherry_static_missing', '@wherry_app', inPrevious)] : []),
  ]
}

/**
 * A file of the current release, else (hashed names only) of the previous one, else the app is asked: a Flask extension
 * serves below /static/ too, and a missing page is the app's to describe.
 */
export function staticLocations(site: Site, nginx: Nginx): Directive[] {
  return site.statics.flatMap(files => {
    const current = d('location', ['^~', files.url], filesOf(site, nginx, files, files.directory, next(files)))
    if (files.fallback === undefined || files.immutable === 'none') return [current]
    const previous = filesOf(site, nginx, files, files.fallback, '@wherry_app')
    return [current, d('location', ['^~', `/.wherry/previous${files.url}`], [d('internal'), ...previous])]
  })
}

function filesOf(site: Site, nginx: Nginx, files: Static, directory: DiskPath, otherwise: Arg): Directive[] {
  return [
    d('alias', [text(`${directory}/`)]),
    // Below the directory no link is followed: what a repository links to must not leave it. Its files are then the app's to serve.
    d('disable_symlinks', ['on', text(`from=${directory}/`)]),
    d('try_files', [reference('uri'), otherwise]),
    ...(nginx.modules.has('http_gzip_static_module') ? [d('gzip_static', ['on'])] : []),
    d('charset', ['utf-8']),
    d('charset_types', textual),
    ...(files.modified === 'fixed' ? [d('etag', ['off']), d('if_modified_since', ['off'])] : []),
    ...ownHeaders(site, nginx, [
      ['Cache-Control', cacheControl(files)],
      ...(files.modified === 'fixed' ? ([['Last-Modified', text('')]] as const) : []),
    ]),
  ]
}

function cacheControl(files: Static): Arg {
  if (files.immutable === 'hashed') return reference('wherry_static_cache')
  return text(files.immutable === 'all' ? forever : revalidated)
}

function next(files: Static): Arg {
  if (files.fallback === undefined || files.immutable === 'none') return '@wherry_app'
  return files.immutable === 'all' ? template('/.wherry/previous', v('uri')) : reference('wherry_static_missing')
}

function byName(target: string, otherwise: Arg, hashed: Arg): Directive {
  const entries = hashedNames.map(name => [pattern(`~${name.pattern}`), hashed] as const)
  return map(reference('uri'), target, [['default', otherwise], ...entries])
}
