/** Files that hold secrets by their nature: they stay out of every image, and are named. Examples of them may enter. */
const secretNames =
  /(?:^|\/)(?:\.env(?:\.[^/]*)?|[^/]*\.env|\.envrc|\.flaskenv\.local|[^/]+\.(?:pem|key|p8|p12|pfx|jks|keystore|kdbx|ppk|ovpn|asc\.key)|id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|_netrc|\.pypirc|\.npmrc|\.pgpass|\.my\.cnf|\.s3cfg|\.boto|\.git-credentials|\.dockercfg|\.htpasswd|credentials\.json|token\.(?:json|pickle)|service[-_]?account[^/]*\.json|[^/]*[-_]firebase-adminsdk[-_][^/]*\.json|client_secrets?[^/]*\.json|application_default_credentials\.json|terraform\.tfstate(?:\.backup)?|[^/]*\.tfvars|secrets\.(?:toml|ya?ml|json)|local_settings\.py|settings_local\.py|kubeconfig|master\.key|ansible[-_]vault[-_]pass(?:word)?)$|(?:^|\/)\.(?:ssh|aws|gnupg|azure|kube|gcloud)\/|(?:^|\/)\.docker\/config\.json$/i
const examples = /(?:example|sample|template|dist|default|public)/i
/** Certificates are public, and apps need them to be there. */
const publicPem = /-----BEGIN (?:CERTIFICATE|PUBLIC KEY|RSA PUBLIC KEY)-----/

/** Our own, whatever their environment is called. */
const encrypted = /(?:^|\/)\.wherry\/secrets\//

/** `text` is asked for only where the name does not decide. */
export function isSecretFile(path: string, text: () => string): boolean {
  if (encrypted.test(path)) return true
  if (!secretNames.test(path) || examples.test(path.slice(path.lastIndexOf('/') + 1))) return false
  return !(/\.pem$/i.test(path) && publicPem.test(text()) && !/PRIVATE KEY/.test(text()))
}
