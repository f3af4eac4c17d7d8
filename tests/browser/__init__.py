"""The pages in a real Chromium, on two real nodes."""
