/** Moments as the person at this terminal reads the clock: in their own time zone. */

/** `14:03:22` */
export function timeOfDay(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')
}

/** `2026-03-02 14:03` */
export function dateAndTime(at: Date): string {
  const date = [String(at.getFullYear()), two(at.getMonth() + 1), two(at.getDate())].join('-')
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}`
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}
