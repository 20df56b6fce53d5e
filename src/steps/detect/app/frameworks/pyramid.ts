import { wsgi, type Framework } from './framework.ts'

export const pyramid: Framework = {
  name: 'pyramid',
  packages: ['pyramid'],
  imports: ['pyramid'],
  words: ['make_wsgi_app', 'Configurator'],
  makes: { 'pyramid.paster.get_app': wsgi, 'pyramid.router.Router': wsgi },
  methods: { make_wsgi_app: wsgi },
}
