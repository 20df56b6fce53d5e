import { asgi, type Framework } from './framework.ts'

export const starlette: Framework = {
  name: 'starlette',
  packages: ['starlette'],
  imports: ['starlette'],
  words: ['Starlette'],
  makes: {
    'starlette.applications.Starlette': asgi,
    'starlette.middleware.wsgi.WSGIMiddleware': { interface: 'asgi', wraps: [0, 'app'] },
  },
}
