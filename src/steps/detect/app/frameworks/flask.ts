import { wsgi, type Framework } from './framework.ts'

export const flask: Framework = {
  name: 'flask',
  packages: ['flask'],
  imports: ['flask', 'flask_openapi3', 'flask_api', 'flask_smorest', 'flask_socketio'],
  words: ['Flask', 'OpenAPI', 'FlaskAPI'],
  makes: { 'flask.Flask': wsgi, 'flask_openapi3.OpenAPI': wsgi, 'flask_api.FlaskAPI': wsgi },
  members: { wsgi_app: wsgi },
  develops: ['flask.Flask.run', 'flask_socketio.SocketIO.run'],
}

export const apiflask: Framework = {
  name: 'apiflask',
  packages: ['apiflask'],
  imports: ['apiflask'],
  words: ['APIFlask'],
  makes: { 'apiflask.APIFlask': wsgi },
  members: { wsgi_app: wsgi },
}

export const eve: Framework = {
  name: 'eve',
  packages: ['eve'],
  imports: ['eve'],
  words: ['Eve'],
  makes: { 'eve.Eve': wsgi },
}
