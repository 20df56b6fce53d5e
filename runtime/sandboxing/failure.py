"""One way to say what could not be done, that survives the way from the program's process up to the keeper."""

import errno


class Failure(Exception):
    """
    A step that failed. `name` is the step: spec, parent, namespaces, scratch, overlay, root, mount, proc, identity, cwd
    or exec; `errno` a symbolic name such as EPERM or None; `text` is for people.
    """

    def __init__(self, name, error=None, text=None, errno_name=None):
        number = getattr(error, 'errno', None)
        self.name = name
        self.errno = errno_name or errno.errorcode.get(number)
        self.text = text or ('%s: %s' % (type(error).__name__, error) if number is None else str(error))
        super().__init__(self.text)

    def encode(self):
        return '\0'.join((self.name, self.errno or '', self.text)).encode('utf-8', 'replace')

    @classmethod
    def parse(cls, data):
        name, errno_name, text = data.decode().split('\0', 2)
        return cls(name, text=text, errno_name=errno_name or None)


class step:
    """Names the step in which an OSError occurs; a step inside it has the better name."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, OSError):
            raise Failure(self.name, error) from error
