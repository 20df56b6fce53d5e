import { own, type Framework } from './framework.ts'

/** Its Application is neither WSGI nor ASGI: a script starts it. */
export const aiohttp: Framework = {
  name: 'aiohttp',
  packages: ['aiohttp'],
  imports: ['aiohttp'],
  words: ['run_app', 'Application', 'TCPSite'],
  makes: { 'aiohttp.web.Application': own },
  runs: [
    'aiohttp.web.run_app',
    'aiohttp.web.TCPSite',
    'aiohttp.web.SockSite',
    'aiohttp.web._run_app',
    'aiohttp.web.Application.make_handler',
  ],
}
