//! Tables made from tables and models.
