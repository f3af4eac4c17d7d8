"""Print: incident, log and handover as PDF, in three languages, made by the node."""
