"""The embedded AWS's process: the emulator, and the guard in front of it.

It runs in the emulator's environment, not in ours, so nothing but the standard library and modules that need
no more are imported here; `local.aws` starts it.
"""
