//! What several tests of the whole share.

pub mod random;
pub mod reference;
