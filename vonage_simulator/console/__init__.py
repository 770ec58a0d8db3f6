"""The page of the simulated Vonage: a phone, messages, the account, the fault lab and a live timeline.

Start reading at `serve` (how the page joins the simulator's origin), then `page` (what is where). Each panel
is a module of its own; `feed` brings them what happens, `handset` is the caller's end of the line. What is
only shown is rendered from `templates`; looks are in `static/console.css`.
"""
