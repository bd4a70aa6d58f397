//! Audit logs of the clouds.
