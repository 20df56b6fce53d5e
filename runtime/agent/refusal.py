"""A request that is answered with a reason instead of being carried out. The caller turns the code into words."""


class Refusal(Exception):
    def __init__(self, code, **facts):
        super().__init__(code)
        self.code = code
        self.facts = facts
