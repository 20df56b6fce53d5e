import type { Dialect } from '../media-types.ts'

/** What single registries do otherwise than distribution-spec, and what their users must know: data, with where it was read. */
export interface Quirks {
  readonly name: string
  /** The only dialect it takes; either without it. */
  readonly dialect?: Dialect
  /** Most bytes of one piece of a chunked upload; null where it knows only whole ones. */
  readonly chunk?: number | null
  /** False where the offset it tells of a chunked upload is not to be believed. */
  readonly tellsOffset?: boolean
  /** True where a manifest can be put by a tag only. */
  readonly tagOnly?: boolean
  /** Token servers outside of its own domain. */
  readonly tokenServers?: readonly string[]
  /** How to sign in. */
  readonly signIn?: string
  /** What to do when it does not know the repository. */
  readonly create?: string
  /** What to do when it has had enough of us. */
  readonly limit?: string
}

const mebibyte = 1024 ** 2

const table: readonly { readonly host: RegExp; readonly quirks: Quirks }[] = [
  {
    host: /^docker\.io$/,
    quirks: {
      name: 'Docker Hub',
      signIn: 'docker login   (with an access token instead of the password)',
      create: 'Create the repository at Docker Hub, or check the name: the first part is your user or organisation.',
      // https://docs.docker.com/docker-hub/usage/pulls/
      limit: 'Docker Hub counts pulls, few for those who are not signed in: docker login.',
    },
  },
  {
    host: /^ghcr\.io$/,
    quirks: {
      name: 'GitHub Container Registry',
      // A larger piece is answered 416: github.com/oras-project/rust-oci-client/issues/35
      chunk: 4 * mebibyte,
      signIn: 'docker login ghcr.io   (with a token that has write:packages; in Actions, permissions: packages: write)',
      create: 'The first part of the name must be your user or organisation.',
    },
  },
  {
    host: /(?:^registry\.|\.)gitlab\.com$|^registry\.gitlab\./,
    quirks: {
      name: 'GitLab',
      signIn: 'docker login registry.gitlab.com   (in CI: CI_REGISTRY_USER and CI_REGISTRY_PASSWORD)',
      create: 'The name must begin with the path of a project: group/project, or group/project/name.',
    },
  },
  {
    host: /^(?:\d{12}\.dkr\.ecr(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?|public\.ecr\.aws)$/,
    quirks: {
      name: 'Amazon ECR',
      // Range stays at the first piece: github.com/aws/containers-roadmap/issues/2831
      tellsOffset: false,
      signIn: 'aws ecr get-login-password | docker login --username AWS --password-stdin HOST   (it lasts 12 hours)',
      create: 'aws ecr create-repository --repository-name NAME',
    },
  },
  {
    host: /^(?:[a-z0-9-]+-docker\.pkg\.dev|(?:[a-z]+\.)?gcr\.io)$/,
    quirks: {
      name: 'Google Artifact Registry',
      // "does not support chunked uploads": github.com/dotnet/sdk-container-builds/issues/287
      chunk: null,
      signIn: 'gcloud auth configure-docker HOST',
      create: 'gcloud artifacts repositories create   (the name is PROJECT/REPOSITORY/IMAGE)',
    },
  },
  {
    host: /^quay\.io$/,
    quirks: { name: 'Quay', signIn: 'docker login quay.io   (with a robot account)' },
  },
  {
    host: /^registry\.heroku\.com$/,
    quirks: {
      name: 'Heroku',
      // https://devcenter.heroku.com/articles/container-registry-and-runtime: no OCI manifests; the name is app/process.
      dialect: 'docker',
      tagOnly: true,
      signIn: 'heroku container:login',
      create: 'The name is registry.heroku.com/APP/PROCESS of an app that exists.',
    },
  },
  {
    host: /\.scw\.cloud$/,
    quirks: { name: 'Scaleway', tokenServers: ['api.scaleway.com'] },
  },
  {
    // A name is all that tells a Harbor apart.
    host: /(?:^|\.)harbor\./,
    quirks: { name: 'Harbor', create: 'The first part of the name is a project, which must exist.' },
  },
]

export function quirksOf(host: string): Quirks {
  return table.find(entry => entry.host.test(host))?.quirks ?? { name: host }
}
