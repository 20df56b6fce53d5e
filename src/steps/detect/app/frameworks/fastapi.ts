import { asgi, type Framework } from './framework.ts'

export const fastapi: Framework = {
  name: 'fastapi',
  packages: ['fastapi', 'fastapi-slim', 'fastapi-offline'],
  imports: ['fastapi', 'fastapi_offline'],
  words: ['FastAPI', 'FastAPIOffline'],
  makes: { 'fastapi.FastAPI': asgi, 'fastapi_offline.FastAPIOffline': asgi },
}
