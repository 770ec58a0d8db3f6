"""What a run measured, written into docs/performance.md and docs/cost.md."""
