import { asgi, type Framework } from './framework.ts'

/** Starlite is the name it had before version 2. */
export const litestar: Framework = {
  name: 'litestar',
  packages: ['litestar'],
  imports: ['litestar'],
  words: ['Litestar'],
  makes: { 'litestar.Litestar': asgi },
}

export const starlite: Framework = {
  name: 'starlite',
  packages: ['starlite'],
  imports: ['starlite'],
  words: ['Starlite'],
  makes: { 'starlite.Starlite': asgi },
}
