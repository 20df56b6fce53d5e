import { parse } from 'smol-toml'
import { expect, test } from 'vitest'
import { configSchema } from '../../../config/schema.ts'
import { appsTable } from './refusals.ts'

test('the table that is offered is one the config takes, whatever the places are called', () => {
  const places = [
    { root: 'services/api', app: 'main:app' },
    { root: 'services/other/api', app: 'main:app' },
    { root: '', app: 'My Tool.py' },
    { root: '1', app: 'ü:app' },
    { root: '', app: 'x:create_app()' },
  ]
  const { apps } = configSchema.parse(parse(appsTable(places)))
  expect(apps).toEqual({
    api: { root: 'services/api', app: 'main:app' },
    main: { root: 'services/other/api', app: 'main:app' },
    'my-tool': { app: 'My Tool.py' },
    app: { root: '1', app: 'ü:app' },
    'x-create-app': { app: 'x:create_app()' },
  })
})
