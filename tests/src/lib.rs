//! What several tests of the whole share.

pub mod access;
pub mod case;
pub mod compare;
pub mod depot;
pub mod desk;
pub mod driver;
pub mod host;
pub mod http;
pub mod places;
pub mod random;
pub mod reference;
pub mod run;
pub mod stage;
pub mod wkt;
