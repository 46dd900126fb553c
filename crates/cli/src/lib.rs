//! lantu
