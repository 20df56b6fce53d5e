import type * as Http from 'node:http'
import type * as Https from 'node:https'

/**
 * Node's HTTP clients, got without an import: importing a built-in module reads everything it exports, and among what `node:http`
 * exports is `WebSocket`, for which Node loads the whole of undici, 50 ms. `node:https` loads TLS besides, so each is for who needs it.
 */
export function nodeHttp(): typeof Http {
  return process.getBuiltinModule('node:http')
}

export function nodeHttps(): typeof Https {
  return process.getBuiltinModule('node:https')
}
