//! Starts `clarion`.
fn main() {}
