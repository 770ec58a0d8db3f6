"""debugpy's adapter for programs of this user alone; a process of its own, started by the debugged one."""
