/** The answers nginx gives when the app cannot: small, complete in themselves, for people and for programs. */
interface Failure {
  /** The file's name without extension, and the error's name in JSON. */
  readonly name: string
  readonly status: number
  readonly title: string
  readonly text: string
}

export const failures: readonly Failure[] = [
  {
    name: 'bad-gateway',
    status: 502,
    title: 'Not answering',
    text: 'The application is not answering at the moment. Please try again shortly.',
  },
  {
    name: 'unavailable',
    status: 503,
    title: 'Not available',
    text: 'The application is not available at the moment. Please try again shortly.',
  },
  {
    name: 'timeout',
    status: 504,
    title: 'Taking too long',
    text: 'The application took too long to answer. Please try again shortly.',
  },
  {
    name: 'maintenance',
    status: 503,
    title: 'Down for maintenance',
    text: 'We are working on this site and will be back in a few minutes.',
  },
]

/** File name → contents, to be written into `Site.errorPages`. An own page under the same name replaces one. */
export function errorPages(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    failures.flatMap(failure => [
      [`${failure.name}.html`, html(failure)],
      [`${failure.name}.json`, json(failure)],
    ]),
  )
}

function json({ name, status, text }: Failure): string {
  return `${JSON.stringify({ error: name, status, message: text })}\n`
}

function html({ title, text, status }: Failure): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>
:root { --paper: #fbfaf7; --ink: #23262b; --faint: #6a7079; --line: #dedbd3 }
@media (prefers-color-scheme: dark) { :root { --paper: #16181c; --ink: #e9e7e2; --faint: #9aa0a9; --line: #33373e } }
html { background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 system-ui, sans-serif }
body { box-sizing: border-box; min-height: 100vh; margin: 0; padding: 2rem; display: grid; place-content: center }
main { max-width: 32rem }
h1 { margin: 0 0 .5rem; font-size: 1.75rem; font-weight: 600; line-height: 1.2 }
p { margin: 0 0 1.5rem }
footer { border-top: 1px solid var(--line); padding-top: .75rem; color: var(--faint); font-size: .875rem }
</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
<footer>${status}</footer>
</main>
</body>
</html>
`
}
