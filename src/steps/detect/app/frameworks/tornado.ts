import { own, type Framework } from './framework.ts'

export const tornado: Framework = {
  name: 'tornado',
  packages: ['tornado'],
  imports: ['tornado'],
  words: ['Application', 'HTTPServer', 'listen'],
  makes: { 'tornado.web.Application': own },
  runs: ['tornado.web.Application.listen', 'tornado.httpserver.HTTPServer'],
}
