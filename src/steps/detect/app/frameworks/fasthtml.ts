import { asgi, type Framework } from './framework.ts'

/** Its `serve()` looks at the caller's name itself, so it needs no main guard and starts nothing on import. */
export const fasthtml: Framework = {
  name: 'fasthtml',
  packages: ['python-fasthtml'],
  imports: ['fasthtml', 'monsterui'],
  words: ['FastHTML', 'fast_app', 'FastHTMLWithLiveReload'],
  makes: {
    'fasthtml.FastHTML': asgi,
    'fasthtml.FastHTMLWithLiveReload': asgi,
    'fasthtml.fast_app': { ...asgi, item: 0 },
  },
}
