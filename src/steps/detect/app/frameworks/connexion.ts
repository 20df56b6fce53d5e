import { asgi, type Framework, type Made } from './framework.ts'

/** ASGI since version 3, over Flask's WSGI before. Its `.app` is the Flask app inside. */
const app: Made = { ...asgi, before: { major: 3, interface: 'wsgi' } }

export const connexion: Framework = {
  name: 'connexion',
  packages: ['connexion'],
  imports: ['connexion'],
  words: ['connexion'],
  makes: {
    'connexion.FlaskApp': app,
    'connexion.App': app,
    'connexion.AsyncApp': asgi,
    'connexion.FlaskApi': app,
    'connexion.AioHttpApp': { interface: 'own' },
  },
  members: { app: { interface: 'wsgi' } },
}
