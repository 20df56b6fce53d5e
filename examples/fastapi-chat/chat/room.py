import asyncio
from contextlib import contextmanager


class Room:
    """Everyone who listens hears what anyone says, within one server process."""

    def __init__(self):
        self.listeners = set()

    def say(self, text):
        for queue in self.listeners:
            queue.put_nowait(text)

    def close(self):
        self.say(None)

    @contextmanager
    def listener(self):
        queue = asyncio.Queue()
        self.listeners.add(queue)
        try:
            yield queue
        finally:
            self.listeners.discard(queue)
