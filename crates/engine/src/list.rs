//! Lists of plain numbers that are made once and read from then on, in memory or on a file.
//!
//! A partition of a province is gigabytes of them. Where they do not fit, a [`Depot`] lends memory that
//! stands on a file: the system then takes it from the work, and gives it back, as it needs to.

use crate::overlay::{Depot, Lent, failed};
use crate::watch::Stop;
use bytemuck::Pod;
use rayon::prelude::*;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// A list of fixed length; the same to its readers wherever it stands.
pub(crate) enum List<T> {
    /// In memory.
    Here(Vec<T>),
    /// Lent, as many bytes as the items take.
    There(Box<dyn Lent>),
}

impl<T: Pod + Send + Sync> List<T> {
    /// Returns so many zeros that are to be overwritten.
    ///
    /// # Errors
    /// [`Stop::Depot`] if the depot has no room.
    pub fn blank(count: usize, depot: Option<&dyn Depot>) -> Result<Self, Stop> {
        let bytes = count * size_of::<T>();
        match depot {
            None => {
                // Written by all threads: where memory is new to the program, the system takes longer to
                // clear it than anybody takes to fill it.
                let mut values = Vec::new();
                rayon::iter::repeat_n(T::zeroed(), count).with_min_len(1 << 16).collect_into_vec(&mut values);
                Ok(Self::Here(values))
            }
            Some(depot) => depot.lend(bytes).map(Self::There).map_err(failed),
        }
    }

    /// Moves what was made in memory to where it is to stand.
    ///
    /// # Errors
    /// As [`List::blank`].
    pub fn put(made: Vec<T>, depot: Option<&dyn Depot>) -> Result<Self, Stop> {
        if depot.is_none() {
            return Ok(Self::Here(made));
        }
        let mut list = Self::blank(made.len(), depot)?;
        list.copy_from_slice(&made);
        Ok(list)
    }
}

impl<T: Pod> Deref for List<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        match self {
            Self::Here(values) => values,
            Self::There(lent) => bytemuck::cast_slice(lent.bytes()),
        }
    }
}

impl<T: Pod> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Self::Here(values) => values,
            Self::There(lent) => bytemuck::cast_slice_mut(lent.bytes_mut()),
        }
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::Here(Vec::new())
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(values: Vec<T>) -> Self {
        Self::Here(values)
    }
}

impl<T: Pod> Clone for List<T> {
    fn clone(&self) -> Self {
        Self::Here(self.to_vec())
    }
}

impl<T: Pod + fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
