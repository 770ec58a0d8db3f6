"""What a stack keeps of calls, messages and people: to be exported, and to be erased."""
