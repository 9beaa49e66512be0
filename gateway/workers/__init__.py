"""Several processes that answer on the same ports: who starts and replaces them, and what they tell one another.

`service.py` is the process of the supervisor, `worker.py` that of a worker. With `workers: 1` there is neither.
"""
