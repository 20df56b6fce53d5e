import { wsgi, type Framework } from './framework.ts'

/** A Dash object is no WSGI app before version 3; its Flask app, `.server`, always is. */
export const dash: Framework = {
  name: 'dash',
  packages: ['dash'],
  imports: ['dash', 'jupyter_dash', 'dash_extensions'],
  words: ['Dash', 'DashProxy', 'JupyterDash'],
  makes: {
    'dash.Dash': wsgi,
    'jupyter_dash.JupyterDash': wsgi,
    'dash_extensions.enrich.DashProxy': wsgi,
    'dash_extensions.enrich.Dash': wsgi,
  },
  members: { server: { ...wsgi, preferred: true } },
  develops: ['dash.Dash.run', 'dash.Dash.run_server'],
}
