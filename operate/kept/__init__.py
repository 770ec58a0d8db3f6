"""What a stack keeps of calls, messages and people: timelines and dialogs, to be exported and erased."""
