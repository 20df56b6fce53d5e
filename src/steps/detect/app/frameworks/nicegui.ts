import { asgi, own, type Framework } from './framework.ts'

export const nicegui: Framework = {
  name: 'nicegui',
  packages: ['nicegui'],
  imports: ['nicegui'],
  words: ['nicegui'],
  apps: { 'nicegui.app': own },
  makes: { 'nicegui.App': asgi },
  runs: ['nicegui.ui.run'],
}
