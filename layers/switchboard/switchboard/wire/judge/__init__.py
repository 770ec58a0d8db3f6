"""The one judge of NCCOs, messages, calls and commands, with two grades.

What Vonage certainly refuses is `refused`: a required field is missing, a value can't be read as its type,
or is outside a range that Vonage documents. Whatever else differs from what is documented is `doubtful`: an
unknown key, another spelling, a number given as a text, a value on which Vonage's own sources disagree.
Nothing is lost because we don't know it yet: the deployment check, the outbound function and the simulated
Vonage act on what is refused alone, and show the rest.
"""
