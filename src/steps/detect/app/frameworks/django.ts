import { asgi, wsgi, type Framework } from './framework.ts'

/** The app object is made by the project's wsgi.py or asgi.py; django.ts finds which one the settings name. */
export const django: Framework = {
  name: 'django',
  packages: ['django'],
  imports: ['django', 'channels', 'configurations'],
  words: [
    'get_wsgi_application',
    'get_asgi_application',
    'WSGIHandler',
    'ASGIHandler',
    'ProtocolTypeRouter',
    'get_default_application',
  ],
  makes: {
    'django.core.wsgi.get_wsgi_application': wsgi,
    'django.core.asgi.get_asgi_application': asgi,
    'django.core.handlers.wsgi.WSGIHandler': wsgi,
    'django.core.handlers.asgi.ASGIHandler': asgi,
    'configurations.wsgi.get_wsgi_application': wsgi,
    'configurations.asgi.get_asgi_application': asgi,
    'channels.routing.ProtocolTypeRouter': asgi,
    'channels.routing.get_default_application': asgi,
    'channels.asgi.get_channel_layer': asgi,
  },
}
