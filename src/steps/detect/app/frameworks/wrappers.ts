import type { Made } from './framework.ts'

/** Callables of libraries that put something around an app: the result is served, the framework is the inner app's. */
export const wrappers: Readonly<Record<string, Made>> = {
  'socketio.ASGIApp': { interface: 'asgi', wraps: [1, 'other_asgi_app'] },
  'socketio.WSGIApp': { interface: 'wsgi', wraps: [1, 'wsgi_app'] },
  'socketio.Middleware': { interface: 'wsgi', wraps: [1, 'wsgi_app'] },
  'engineio.ASGIApp': { interface: 'asgi', wraps: [1, 'other_asgi_app'] },
  'engineio.WSGIApp': { interface: 'wsgi', wraps: [1, 'wsgi_app'] },
  'asgiref.wsgi.WsgiToAsgi': { interface: 'asgi', wraps: [0, 'wsgi_application'] },
  'a2wsgi.WSGIMiddleware': { interface: 'asgi', wraps: [0, 'app'] },
  'a2wsgi.ASGIMiddleware': { interface: 'wsgi', wraps: [0, 'app'] },
  'fastapi.middleware.wsgi.WSGIMiddleware': { interface: 'asgi', wraps: [0, 'app'] },
  'uvicorn.middleware.wsgi.WSGIMiddleware': { interface: 'asgi', wraps: [0, 'app'] },
  'werkzeug.middleware.dispatcher.DispatcherMiddleware': { interface: 'wsgi', wraps: [0, 'app'] },
  'werkzeug.wsgi.DispatcherMiddleware': { interface: 'wsgi', wraps: [0, 'app'] },
  'whitenoise.WhiteNoise': { interface: 'wsgi', wraps: [0, 'application'] },
  'whitenoise.django.DjangoWhiteNoise': { interface: 'wsgi', wraps: [0, 'application'] },
  'dj_static.Cling': { interface: 'wsgi', wraps: [0, 'application'] },
  'dj_static.MediaCling': { interface: 'wsgi', wraps: [0, 'base_app'] },
  'static.Cling': { interface: 'wsgi', wraps: [0, 'application'] },
  'hypercorn.middleware.AsyncioWSGIMiddleware': { interface: 'asgi', wraps: [0, 'app'] },
  'hypercorn.middleware.DispatcherMiddleware': { interface: 'asgi', wraps: [0] },
  'tornado.wsgi.WSGIContainer': { interface: 'own', wraps: [0, 'wsgi_application'] },
  'newrelic.agent.WSGIApplicationWrapper': { interface: 'wsgi', wraps: [0] },
  'newrelic.agent.ASGIApplicationWrapper': { interface: 'asgi', wraps: [0] },
}

/** A library's callable that is not listed, but whose name says that it wraps what it is given. */
export const wrapperNames = /(?:Middleware|Wrapper|Fix|Noise|Cling|Proxy|Instrumentor)$|^(?:CORS|wrap|instrument)\w*$/
