//! Keeps what is not needed just now outside memory.
//!
//! The engine knows nothing of files: whoever calls it brings a [`Depot`]. Without one everything
//! stays in memory; the result is the same, because the same bytes come back.

use super::segments::Sets;
use crate::watch::Stop;
use bytemuck::Pod;
use std::borrow::Cow;
use std::io;

/// A place for bytes outside memory; used by many threads at once.
pub trait Depot: Sync {
    /// Keeps bytes and returns where they are.
    ///
    /// # Errors
    /// Whatever the system says, for instance that the disk is full.
    fn keep(&self, bytes: &[u8]) -> io::Result<u64>;

    /// Fills `bytes` with what is kept at a place.
    ///
    /// # Errors
    /// Whatever the system says.
    fn fetch(&self, at: u64, bytes: &mut [u8]) -> io::Result<()>;

    /// Lends so many bytes, zero at first and aligned to 16 bytes, that stand elsewhere while memory is short.
    /// They outlive the depot.
    ///
    /// # Errors
    /// Whatever the system says; that there is no room for all of them is said now, not when they are used.
    fn lend(&self, length: usize) -> io::Result<Box<dyn Lent>>;
}

/// Bytes that a [`Depot`] has lent.
pub trait Lent: Send + Sync {
    /// Returns the bytes.
    fn bytes(&self) -> &[u8];

    /// Returns the bytes to be written.
    fn bytes_mut(&mut self) -> &mut [u8];
}

/// What is made of lists of plain numbers and can be put down as bytes.
pub(super) trait Packed: Sized + Clone {
    /// Puts all lists down.
    fn pack(&self, to: &mut Pack);
    /// Takes the lists up again, in the same order.
    fn unpack(from: &mut Unpack<'_>) -> Self;
}

/// Lists put down one behind the other, each behind its length.
#[derive(Default)]
pub(super) struct Pack(Vec<u8>);

impl Pack {
    pub fn list<T: Pod>(&mut self, items: &[T]) {
        self.0.extend_from_slice(&(items.len() as u64).to_le_bytes());
        self.0.extend_from_slice(bytemuck::cast_slice(items));
    }
}

/// Lists taken up again.
pub(super) struct Unpack<'a>(&'a [u8]);

impl Unpack<'_> {
    pub fn list<T: Pod>(&mut self) -> Vec<T> {
        let (length, rest) = self.0.split_at(8);
        let length = u64::from_le_bytes(bytemuck::pod_read_unaligned(length)) as usize;
        let (items, rest) = rest.split_at(length * size_of::<T>());
        self.0 = rest;
        let mut list = vec![T::zeroed(); length];
        bytemuck::cast_slice_mut(&mut list).copy_from_slice(items);
        list
    }
}

/// A thing that is in memory or in the depot.
#[derive(Clone)]
pub(super) enum Held<T> {
    Here(T),
    There { at: u64, length: usize },
}

impl<T: Packed> Held<T> {
    /// Puts a thing into the depot, if there is one.
    pub fn of(thing: T, depot: Option<&dyn Depot>) -> Result<Self, Stop> {
        match depot {
            None => Ok(Self::Here(thing)),
            Some(depot) => Self::kept(&thing, depot),
        }
    }

    /// Puts a copy of a thing into a depot.
    pub fn kept(thing: &T, depot: &dyn Depot) -> Result<Self, Stop> {
        let mut packed = Pack::default();
        thing.pack(&mut packed);
        let at = depot.keep(&packed.0).map_err(failed)?;
        Ok(Self::There { at, length: packed.0.len() })
    }

    /// Returns how many bytes it takes of the depot.
    pub fn stands(&self) -> u64 {
        match self {
            Self::Here(_) => 0,
            &Self::There { length, .. } => length as u64,
        }
    }

    /// Returns the thing.
    pub fn take(self, depot: Option<&dyn Depot>) -> Result<T, Stop> {
        match self {
            Self::Here(thing) => Ok(thing),
            Self::There { at, length } => fetch(at, length, depot),
        }
    }

    /// Returns the thing for a look.
    pub fn look(&self, depot: Option<&dyn Depot>) -> Result<Cow<'_, T>, Stop> {
        match self {
            Self::Here(thing) => Ok(Cow::Borrowed(thing)),
            &Self::There { at, length } => fetch(at, length, depot).map(Cow::Owned),
        }
    }
}

fn fetch<T: Packed>(at: u64, length: usize, depot: Option<&dyn Depot>) -> Result<T, Stop> {
    let depot = depot.ok_or(Stop::Depot(io::ErrorKind::NotFound))?;
    let mut bytes = vec![0; length];
    depot.fetch(at, &mut bytes).map_err(failed)?;
    Ok(T::unpack(&mut Unpack(&bytes)))
}

/// Says that a depot could not be used.
pub(crate) fn failed(error: io::Error) -> Stop {
    Stop::Depot(error.kind())
}

impl Packed for Sets {
    fn pack(&self, to: &mut Pack) {
        let (first, codes) = self.lists();
        to.list(first);
        to.list(codes);
    }

    fn unpack(from: &mut Unpack<'_>) -> Self {
        let first = from.list();
        Self::of_lists(first, from.list())
    }
}
