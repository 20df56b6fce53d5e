import { wsgi, type Framework } from './framework.ts'

/** `@route` without an object adds to the default app, which `default_app()` gives. */
export const bottle: Framework = {
  name: 'bottle',
  packages: ['bottle'],
  imports: ['bottle'],
  words: ['Bottle', 'default_app', 'app', 'route', 'run'],
  makes: { 'bottle.Bottle': wsgi, 'bottle.default_app': wsgi, 'bottle.app': wsgi },
  runs: ['bottle.run'],
  develops: ['bottle.Bottle.run'],
}
