/** Whether there is a process of this number. A signal of 0 only asks; one of another user answers EPERM, and is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
