import { expect, test } from 'vitest'
import type { ServicePlan } from '../../model/plan.ts'
import { wishServices, type ServiceWish } from './services.ts'

const variable = (name: string, says: 'host' | 'port') => ({ name, says, scheme: null, database: null })
const postgres: ServicePlan = {
  kind: 'postgres',
  hosts: [],
  port: null,
  user: null,
  password: null,
  databases: [],
  variables: [variable('DB_HOST', 'host'), variable('DB_PORT', 'port')],
}

function wish(env: Readonly<Record<string, string>>): readonly ServiceWish[] {
  const plan = { name: 'shop', env: {}, services: [postgres] }
  return wishServices({ plan, env }, { secrets: { names: [], version: 0, given: [] } }, '/state/shop')
}

test('a service listens at the port that the environment gives; where the app is told it, at any', () => {
  expect(wish({ DB_PORT: '5499' })).toMatchObject([{ port: 5499, anyPort: false }])
  expect(wish({})).toMatchObject([{ port: 5432, anyPort: true }])
  expect(wish({ DB_HOST: 'db.example.com', DB_PORT: 'abc' })).toEqual([])
})

test.each(['abc', '', '0', '65536', '-1', '1e3', ' 5432'])('%j is refused as a port, by the variable’s name', text => {
  expect(() => wish({ DB_PORT: text })).toThrow(
    expect.objectContaining({ code: 'no-service-port', what: expect.stringContaining('DB_PORT') as string }),
  )
})
