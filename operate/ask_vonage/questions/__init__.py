"""The questions. `application` and `numbers` ask the APIs alone; the others take a telephone.

`events`, `retries`, `nccos`, `sockets` and `inputs` are the steps of the one long call that `calls` conducts;
`callers` has short calls, `messages` an SMS. `unasked` says why some switches can't be decided.
"""
