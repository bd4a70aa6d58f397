//! The effective settings of the guest.
