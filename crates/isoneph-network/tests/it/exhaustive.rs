//! A tiny universe, compared packet by packet with the naive evaluator.
