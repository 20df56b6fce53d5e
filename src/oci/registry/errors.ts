import { defineError } from '../../kit/error.ts'

export const badReference = defineError({
  code: 'bad-image-reference',
  title: 'Not the name of an image in a registry',
  help: 'A reference is `host/repository:tag` or `host/repository@sha256:…`, in lower case; without a host Docker Hub is meant. The host is written as it is called: shortened or disguised addresses (`127.1`) are refused.',
})

export const registryUnreachable = defineError({
  code: 'registry-unreachable',
  title: 'A registry does not answer',
  help: 'The registry’s host is unknown, refuses the connection, stalls, or shows a certificate that this machine does not trust, after several attempts. Check the name, the network and the proxy (HTTPS_PROXY); put a private authority’s certificate into the system’s store. Plain http is spoken to this machine only, and to hosts named in WHERRY_PLAIN_HTTP.',
  exit: 75,
})

export const registryFailing = defineError({
  code: 'registry-failing',
  title: 'A registry answers, but not usefully',
  help: 'The registry answered with server errors, asked to come back later, or cut transfers, until the attempts or the bytes that may be sent again (as many as the image has) were used up. Nothing was tagged. Run the command again: what has arrived is not sent again.',
  exit: 75,
})

export const registryDenied = defineError({
  code: 'registry-denied',
  title: 'A registry does not let you',
  help: 'The registry wants credentials, or those found may not do this. They are looked for in WHERRY_REGISTRY_USER and WHERRY_REGISTRY_PASSWORD (for the host WHERRY_REGISTRY), DOCKER_AUTH_CONFIG, REGISTRY_AUTH_FILE, and the files `docker login` and `podman login` write, credential helpers included.',
})

export const registryRefused = defineError({
  code: 'registry-refused',
  title: 'A registry refuses the image',
  help: 'The registry’s answer is final: the repository does not exist and is not made by itself, the tag may not be moved, the image is too large for it, or it takes only the other dialect (`--dialect docker`). The error brings the registry’s own words.',
})

export const registryUnsafe = defineError({
  code: 'registry-unsafe',
  title: 'A registry points to a place that is not safe',
  help: 'The registry sent us elsewhere: to plain http, into a private network, round in circles, or to a token server that does not belong to it. Credentials go to the registry’s own host and its token server only. A token server of another domain can be allowed by WHERRY_TOKEN_SERVERS.',
})

export const wrongDigest = defineError({
  code: 'registry-wrong-digest',
  title: 'A registry holds or sends something else',
  help: 'What the registry says it stored, or what it sent, has another digest than the one asked for. Nothing of it is used, and no release should be made of it. Tell those who run the registry, or a proxy before it.',
})

export const imageNotFound = defineError({
  code: 'image-not-found',
  title: 'There is no such image',
  help: 'The registry answers, and has no image of this name, tag or digest (some registries say so, too, where credentials are missing). Check the spelling, and sign in with `docker login` for a private image.',
})

export const badCredentials = defineError({
  code: 'bad-registry-credentials',
  title: 'The credentials for a registry cannot be read',
  help: 'A file or variable that holds registry credentials is not what `docker login` writes, or the credential helper that it names failed or is not installed. Sign in again, or mend the file that the error names.',
})
