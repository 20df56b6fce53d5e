/**
 * `user@host`, a host, an address, or a name from ~/.ssh/config: only what cannot be an option of ssh, nor anything but a name to the
 * programs that a user's own ssh_config starts with it.
 */
export function isDestination(text: string): boolean {
  return (
    text.length <= 300 &&
    /^(?:[A-Za-z0-9_][A-Za-z0-9_.+-]*@)?(?:[A-Za-z0-9_][A-Za-z0-9_.-]*|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+)$/.test(text)
  )
}
