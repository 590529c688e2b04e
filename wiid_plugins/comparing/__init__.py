"""Trainings beside each other: several configs and seeds, what each depends on, and one table."""
