import type { FunctionStatement } from '../../../python/source/statement.ts'
import { dotted } from '../../../python/source/value.ts'

/** WSGI is called with (environ, start_response), ASGI with (scope, receive, send). @see PEP 3333, the ASGI specification 3.0 */
export function interfaceOfSignature(statement: FunctionStatement, method = false): 'wsgi' | 'asgi' | null {
  const names = statement.parameters.filter(parameter => parameter.star === '').map(parameter => parameter.name)
  const [a = '', b = '', c = ''] = method ? names.slice(1) : names
  const count = names.length - (method ? 1 : 0)
  if (
    !statement.async &&
    count === 2 &&
    /^env(?:iron|ironment)?$/.test(a) &&
    /^(?:start(?:_response)?|_?start_?resp\w*|startResponse)$/.test(b)
  )
    return 'wsgi'
  if (statement.async && count === 3 && /scope/.test(a) && /receive|recv/.test(b) && /send/.test(c)) return 'asgi'
  const byWerkzeug =
    !method && statement.decorators.some(decorator => /^(?:\w+\.)?Request\.application$/.test(dotted(decorator) ?? ''))
  return byWerkzeug ? 'wsgi' : null
}
