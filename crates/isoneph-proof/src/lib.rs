//! Verifies proofs of separation.
