"""Use cases: one public function each, first the Actor, then the input, then ``now``."""
