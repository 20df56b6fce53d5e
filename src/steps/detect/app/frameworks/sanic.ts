import { asgi, type Framework } from './framework.ts'

/** Sanic brings a production server and starts it in `app.run()`; its app object is ASGI as well. */
export const sanic: Framework = {
  name: 'sanic',
  packages: ['sanic'],
  imports: ['sanic'],
  words: ['Sanic'],
  makes: { 'sanic.Sanic': asgi },
  runs: ['sanic.Sanic.run', 'sanic.Sanic.serve', 'sanic.Sanic.create_server'],
}
