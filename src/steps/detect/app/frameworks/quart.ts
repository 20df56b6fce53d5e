import { asgi, type Framework } from './framework.ts'

export const quart: Framework = {
  name: 'quart',
  packages: ['quart'],
  imports: ['quart', 'quart_trio'],
  words: ['Quart', 'QuartTrio'],
  makes: { 'quart.Quart': asgi, 'quart_trio.QuartTrio': asgi },
  members: { asgi_app: asgi },
  develops: ['quart.Quart.run'],
}
