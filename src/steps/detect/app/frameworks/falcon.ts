import { asgi, wsgi, type Framework } from './framework.ts'

export const falcon: Framework = {
  name: 'falcon',
  packages: ['falcon'],
  imports: ['falcon'],
  words: ['App', 'API'],
  makes: { 'falcon.asgi.App': asgi, 'falcon.asgi.app.App': asgi, 'falcon.App': wsgi, 'falcon.API': wsgi },
}
