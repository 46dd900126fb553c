//! What several tests of the whole share.

pub mod case;
pub mod compare;
pub mod depot;
pub mod random;
pub mod reference;
pub mod run;
pub mod wkt;
