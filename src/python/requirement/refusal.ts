/** Why a line is no requirement, for the mistakes people really make; the plain rule for the others. */
export function explainRefusal(text: string): string {
  if (/^[a-z0-9._-]+=[^=]+=[^=]*$/i.test(text)) return 'it is a line of a conda export (name=version=build)'
  if (/^[a-z0-9._-]+\s*=\s*[^=\s]/i.test(text)) return 'one `=` stands where pip wants `==`'
  if (/^(?:python3?\s+-m\s+)?pip3?\s+install\b/.test(text))
    return 'it is a command; only what follows `pip install` belongs here'
  if (/^[a-z0-9._-]+\s+v?\d[\w.]*$/i.test(text))
    return 'name and version need `==` between them (this looks like the output of `pip list`)'
  if (/^(?:<{7}|={7}|>{7})/.test(text)) return 'it is a merge marker left by git'
  if (text.startsWith('-')) return 'pip knows no such option in a requirements file'
  return 'a requirement is a name, then versions, an address or a marker (PEP 508)'
}
