"""How many connections a release still has: it may be stopped when none is left."""

from home import checked

CONNECTED = "03"  # SS_CONNECTED in /proc/net/unix


def connections(home, number):
    """Connections accepted on the release's socket. The kernel shows each under the path as it was bound."""
    path = home.socket(checked(number))
    count = 0
    with open("/proc/net/unix", encoding="utf-8", errors="surrogateescape") as table:
        next(table)
        for line in table:
            fields = line.rstrip("\n").split(" ", 7)
            # Num RefCount Protocol Flags Type St Inode Path; the inode is padded, so the path follows several spaces.
            if fields[5] == CONNECTED and line.rstrip("\n").endswith(" " + path):
                count += 1
    return count
