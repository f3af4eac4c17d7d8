"""Who is sent: the exact optimum of a stated objective, and why."""
