//! The small test kit that cross-crate tests share.
