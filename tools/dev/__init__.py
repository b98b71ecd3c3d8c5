"""The parts of ``./dev``. The standard library only: this runs before anything is installed."""
