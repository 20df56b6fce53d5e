import { asgi, own, wsgi, type Framework } from './framework.ts'

/** Frameworks that one line describes: a class, and what kind of app it makes. */
function simple(name: string, word: string, made: Framework['makes'], rest: Partial<Framework> = {}): Framework {
  return { name, packages: [name], imports: [name], words: [word], ...(made ? { makes: made } : {}), ...rest }
}

export const others: readonly Framework[] = [
  simple('blacksheep', 'Application', { 'blacksheep.Application': asgi }),
  simple('responder', 'API', { 'responder.API': asgi }),
  simple('emmett', 'App', { 'emmett.App': asgi }),
  simple('esmerald', 'Esmerald', {
    'esmerald.Esmerald': asgi,
    'esmerald.ChildEsmerald': asgi,
    'esmerald.Gateway': asgi,
  }),
  simple('ravyn', 'Ravyn', { 'ravyn.Ravyn': asgi }),
  simple('lilya', 'Lilya', { 'lilya.apps.Lilya': asgi }),
  simple('xpresso', 'App', { 'xpresso.App': asgi }),
  simple('muffin', 'Application', { 'muffin.Application': asgi }),
  simple('molten', 'App', { 'molten.App': wsgi }),
  simple('webapp2', 'WSGIApplication', { 'webapp2.WSGIApplication': wsgi }),
  simple('pecan', 'make_app', { 'pecan.make_app': wsgi }),
  simple(
    'microdot',
    'Microdot',
    { 'microdot.asgi.Microdot': asgi, 'microdot.wsgi.Microdot': wsgi, 'microdot.Microdot': own },
    { runs: ['microdot.Microdot.run'] },
  ),
  simple(
    'web.py',
    'application',
    { 'web.application': own },
    {
      packages: ['web-py', 'web.py'],
      imports: ['web'],
      members: { wsgifunc: wsgi },
      runs: ['web.application.run'],
    },
  ),
  simple(
    'cherrypy',
    'cherrypy',
    { 'cherrypy.Application': wsgi, 'cherrypy.tree.mount': wsgi },
    {
      apps: { 'cherrypy.tree': wsgi },
      runs: ['cherrypy.quickstart', 'cherrypy.engine.start', 'cherrypy.engine.block'],
    },
  ),
  simple('robyn', 'Robyn', { 'robyn.Robyn': own }, { runs: ['robyn.Robyn.start'] }),
  simple('chainlit', 'chainlit', undefined, { scripts: { uses: /^chainlit\.(?:on_|set_|oauth|password)/ } }),
  simple('panel', 'servable', undefined, { scripts: { uses: /\.servable$/ }, runs: ['panel.serve'] }),
  simple('shiny', 'App', { 'shiny.App': asgi }),
  simple('mesop', 'page', undefined, { scripts: { uses: /^mesop\.page$/ } }),
  simple('solara', 'component', undefined, { scripts: { uses: /^solara\.component$/ } }),
  simple('pywebio', 'start_server', undefined, { runs: ['pywebio.start_server', 'pywebio.platform.start_server'] }),
  simple('taipy', 'Gui', undefined, { runs: ['taipy.gui.Gui.run', 'taipy.Gui.run', 'taipy.run'] }),
  simple('flet', 'app', undefined, { runs: ['flet.app', 'flet.run'] }),
  simple('spyne', 'WsgiApplication', { 'spyne.server.wsgi.WsgiApplication': wsgi }),
  simple('klein', 'Klein', { 'klein.Klein': own }, { runs: ['klein.Klein.run', 'klein.run'] }),
  simple('ariadne', 'GraphQL', { 'ariadne.asgi.GraphQL': asgi, 'ariadne.wsgi.GraphQL': wsgi }),
  simple('strawberry', 'GraphQL', { 'strawberry.asgi.GraphQL': asgi }, { packages: ['strawberry-graphql'] }),
  simple('fastmcp', 'FastMCP', undefined, {
    packages: ['fastmcp', 'mcp'],
    imports: ['fastmcp', 'mcp'],
    methods: { streamable_http_app: asgi, sse_app: asgi, http_app: asgi },
  }),
]
