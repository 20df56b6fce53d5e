"""One way to say what could not be done, that survives the way from the program's process up to the keeper."""

import contextlib
import errno
import json


class Failure(Exception):
    """A step that failed: `name` is the step, `errno` a symbolic name such as EPERM or null, `text` for people."""

    def __init__(self, name, error=None, text=None, errno_name=None):
        number = getattr(error, 'errno', None)
        self.name = name
        self.errno = errno_name or errno.errorcode.get(number)
        self.text = text or ('%s: %s' % (type(error).__name__, error) if number is None else str(error))
        super().__init__(self.text)

    @staticmethod
    @contextlib.contextmanager
    def step(name):
        """Names the step in which an error occurs; a step inside it has the better name."""
        try:
            yield
        except Failure:
            raise
        except OSError as error:
            raise Failure(name, error) from error

    def encode(self):
        return json.dumps([self.name, self.errno, self.text]).encode()

    @classmethod
    def parse(cls, data):
        name, errno_name, text = json.loads(data)
        return cls(name, text=text, errno_name=errno_name)
