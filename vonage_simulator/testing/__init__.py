"""What tests hold in their hand: phones, call scripts, a simulation in process, the pytest plugin."""
