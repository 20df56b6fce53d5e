import { expect, test } from 'vitest'
import { refuseSource } from './index.ts'

test.each(['/', '/app', '/app/shop'])('the source is not served as static files: %s', root => {
  expect(() => refuseSource(root, '/app/shop')).toThrow(expect.objectContaining({ code: 'collectstatic-failed' }))
})

test.each(['/app/shop/static', '/app/shopping', '/static'])('%s may be served', root => {
  expect(() => refuseSource(root, '/app/shop')).not.toThrow()
})
