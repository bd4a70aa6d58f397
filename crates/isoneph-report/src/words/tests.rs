//! Both languages say the same things, and every key that the code uses exists.
