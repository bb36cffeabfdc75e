"""The simulated servers that ``sim:NAME`` can name: the entry point ``sim`` of ``opcross.providers``.

Each lives in the process that asks for it, with a clock of its own, and ends with it.
"""
