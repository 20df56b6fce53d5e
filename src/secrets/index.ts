/** The door of `secrets`: what an app must know and nobody else, kept encrypted in its repository or asked of a vault's program. */
export { commandsFor } from './commands.ts'
export { parseDotenv } from './dotenv.ts'
export { secretInArguments } from './errors.ts'
export { gatherSecrets } from './gather.ts'
export { describeSources, type GivenSecrets } from './given.ts'
export { makeIdentity, ownIdentities, recipientsOf } from './identity.ts'
export { secretsPlace, type SecretsPlace } from './place.ts'
export type { Recipient } from './recipients.ts'
export {
  addRecipient,
  changeSecrets,
  readRecipients,
  readSecrets,
  refuseUnknown,
  removeRecipient,
  type Written,
} from './store.ts'
export { checkSecretName, checkValue, faultOf, isSecretName } from './values.ts'
