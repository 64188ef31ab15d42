//! Tests of the policies by themselves.
