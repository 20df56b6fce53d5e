import type { TestsFact } from '../../../model/project.ts'
import { joinPath } from '../../../python/source/resolve.ts'
import type { Ground } from './ground.ts'

/** The app's own tests, and what runs them. */
export function findTests(ground: Ground): TestsFact | null {
  return pytest(ground) ?? plainTests(ground)
}

function pytest(ground: Ground): TestsFact | null {
  const { checkout, root } = ground
  const text = (name: string): string => safeText(ground, joinPath(root, name))
  const configured: readonly [string, RegExp][] = [
    ['pytest.ini', /^\s*\[pytest\]/m],
    ['pyproject.toml', /^\s*\[tool\.pytest(?:\.ini_options)?\]/m],
    ['setup.cfg', /^\s*\[tool:pytest\]/m],
    ['tox.ini', /^\s*\[pytest\]/m],
  ]
  for (const [name, pattern] of configured) {
    const line = text(name)
      .split('\n')
      .findIndex(candidate => pattern.test(candidate))
    if (line >= 0)
      return {
        runner: 'pytest',
        because: [{ file: joinPath(root, name), line: line + 1, text: 'pytest is configured' }],
      }
  }
  const conftest = checkout.files.find(file => inside(root, file) && /(?:^|\/)conftest\.py$/.test(file))
  if (conftest) return { runner: 'pytest', because: [{ file: conftest, line: null, text: 'pytest’s conftest.py' }] }
  if (!ground.requires('pytest')) return null
  const test = firstTest(ground)
  return test
    ? { runner: 'pytest', because: [{ file: test, line: null, text: 'a test, with pytest among the packages' }] }
    : null
}

function plainTests(ground: Ground): TestsFact | null {
  const test = firstTest(ground)
  if (!test) return null
  const text = safeText(ground, test)
  if (ground.framework?.name === 'django')
    return { runner: 'django', because: [{ file: test, line: null, text: 'a Django test' }] }
  return /\bunittest\b/.test(text)
    ? { runner: 'unittest', because: [{ file: test, line: null, text: 'a unittest' }] }
    : null
}

function firstTest({ checkout, root }: Ground): string | undefined {
  return checkout.files.find(file => inside(root, file) && /(?:^|\/)(?:test_[^/]+|[^/]+_test|tests)\.py$/.test(file))
}

function inside(root: string, file: string): boolean {
  return root === '' || file.startsWith(`${root}/`)
}

function safeText({ checkout }: Ground, file: string): string {
  try {
    return checkout.text(file) ?? ''
  } catch {
    return '' // What is wrong with the file is said by whoever needs it.
  }
}
