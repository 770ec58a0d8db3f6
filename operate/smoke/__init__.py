"""`make smoke`: what only a real AWS account can show, tried on a stack of its own and told on one page.

A line says what is expected and what was seen. `lines` has them in their order, `run` tries one after the
other, `report` words them. `bench` is what they work with: a stack named after the stage's, never that stack.
"""
