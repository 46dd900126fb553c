//! A depot that forgets nothing and needs no disk.

use lantu_engine::{Depot, Lent};
use std::io;
use std::sync::{Mutex, PoisonError};

/// Bytes behind a lock, as if they lay on a disk.
#[derive(Default)]
pub struct InMemory(Mutex<Vec<u8>>);

impl Depot for InMemory {
    fn keep(&self, bytes: &[u8]) -> io::Result<u64> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        Ok((kept.len() - bytes.len()) as u64)
    }

    fn fetch(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, length) = (at as usize, bytes.len());
        bytes.copy_from_slice(kept.get(at..at + length).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn lend(&self, length: usize) -> io::Result<Box<dyn Lent>> {
        // Numbers of sixteen bytes lie right in it.
        Ok(Box::new(Words { length, words: vec![0; length.div_ceil(16)] }))
    }
}

struct Words {
    length: usize,
    words: Vec<u128>,
}

impl Lent for Words {
    fn bytes(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.length]
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut bytemuck::cast_slice_mut(&mut self.words)[..self.length]
    }
}

/// A disk that is full from the start.
pub struct Full;

impl Depot for Full {
    fn keep(&self, _: &[u8]) -> io::Result<u64> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn fetch(&self, _: u64, _: &mut [u8]) -> io::Result<()> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn lend(&self, _: usize) -> io::Result<Box<dyn Lent>> {
        Err(io::ErrorKind::StorageFull.into())
    }
}
