import { expect, test } from 'vitest'
import { refuseInConfig } from './in-config.ts'

const key = ['sk', 'live', '51Hq8ZkLmN3pRt7VwXy2Bc4Df'].join('_')
const url = 'postgres://shop:qK8vR2mX9w@db.eu-1.rds.amazonaws.com/shop'

test.each([key, url])('a secret in [env] is refused, by its name alone', value => {
  const plan = { env: { LOG_LEVEL: 'info', PAYMENT: value }, image: { allowSecrets: [] } }
  expect(() => refuseInConfig(plan)).toThrow(expect.objectContaining({ code: 'secret-in-source' }))
  try {
    refuseInConfig(plan)
  } catch (error) {
    const text = JSON.stringify(error)
    expect(text).toContain('env.PAYMENT')
    expect(text).not.toContain(value)
  }
  expect(() => refuseInConfig({ ...plan, image: { allowSecrets: ['wherry.toml'] } })).not.toThrow()
})

test('settings are none', () => {
  const env = { LOG_LEVEL: 'info', DATABASE_URL: 'postgres://postgres:postgres@db/shop' }
  expect(() => refuseInConfig({ env, image: { allowSecrets: [] } })).not.toThrow()
})
