"""Planning for the desk's pages: a board of times kept by one worker process, and what is read off it."""
