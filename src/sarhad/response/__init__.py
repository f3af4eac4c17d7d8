"""What to do: reach, dispatch, siting, simulation.  Pure: a snapshot in, an answer out."""
