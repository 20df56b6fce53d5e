/** The end of a program's output, as the evidence of an error. */
export function lastLines(output: string, most: number): { readonly text: string }[] {
  const lines = output.split('\n').filter(line => line.trim() !== '')
  return lines.slice(-most).map(text => ({ text }))
}
