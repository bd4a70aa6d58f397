//! The catalogue of settings.
