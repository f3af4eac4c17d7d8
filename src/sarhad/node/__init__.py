"""One process: settings, build, supervisor."""
