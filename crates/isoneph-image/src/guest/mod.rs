//! What is in the guest.
