import { defineError } from '../kit/error.ts'

export const invalidHostname = defineError({
  code: 'invalid-hostname',
  title: 'A domain is not a host name',
  help: 'The edge answers to host names as RFC 1123 defines them: letters, digits and hyphens between dots, at most 253 characters, with `*.` in front for every name below a domain. Names in other scripts are written in their punycode form (`xn--…`). Addresses are not names: leave the domains out to answer to whatever name or address a client used.',
})

export const invalidEdge = defineError({
  code: 'invalid-edge',
  title: 'A setting of the edge is not usable',
  help: 'A path, size, time, address or header that would go into the nginx configuration is not of its kind, or two of them contradict each other. Values are checked before anything is written, because `nginx -t` accepts many texts that mean something else than they say.',
})

export const unwritableValue = defineError({
  code: 'unwritable-value',
  title: 'A value cannot be written as nginx configuration',
  help: 'nginx reads its configuration without an escape for `$`, takes no control characters and no word above 4000 bytes. A value that needs one of these is refused rather than changed.',
})

export const unknownNginx = defineError({
  code: 'unknown-nginx',
  title: 'The version of nginx could not be read',
  help: 'The configuration is written for a known version of nginx, read from `nginx -V`. What the program printed holds no version: it may not be nginx, or it could not start.',
})

export const nginxTooOld = defineError({
  code: 'nginx-too-old',
  title: 'nginx lacks something the edge needs',
  help: 'The edge runs with nginx 1.18 or newer (Debian 11, Ubuntu 20.04 and everything after them), with the modules the distributions build in. Install a newer nginx, or one with the module the error names.',
})
