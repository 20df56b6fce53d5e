import type { Secret } from '../../kit/secret.ts'

/** What lets us into a registry: a user and a password, or a token that `docker login` got for one. */
export type Credential =
  | { readonly kind: 'password'; readonly user: string; readonly password: Secret; readonly from: string }
  /** An OAuth2 refresh token, good at the token server only. */
  | { readonly kind: 'identity'; readonly token: Secret; readonly from: string }
  /** Sent as it is. */
  | { readonly kind: 'bearer'; readonly token: Secret; readonly from: string }

export type Environment = Readonly<Record<string, string | undefined>>
