//! A temporary file for what does not fit into memory.

use lantu_engine::Depot;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// A file without a name: the system removes it when it is closed, even after a crash.
#[derive(Debug)]
pub struct TempDepot(Mutex<File>);

impl TempDepot {
    /// Makes a temporary file in a folder.
    ///
    /// # Errors
    /// Whatever the system says, for instance that the folder cannot be written to.
    pub fn within(folder: &Path) -> io::Result<Self> {
        tempfile::tempfile_in(folder).map(|file| Self(Mutex::new(file)))
    }
}

impl Depot for TempDepot {
    fn keep(&self, bytes: &[u8]) -> io::Result<u64> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = file.seek(SeekFrom::End(0))?;
        file.write_all(bytes)?;
        Ok(at)
    }

    fn fetch(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_comes_back_and_no_name_is_left_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let depot = TempDepot::within(folder.path()).unwrap();
        let (one, other) = (depot.keep(b"first").unwrap(), depot.keep(b"second").unwrap());
        let mut bytes = [0; 6];
        depot.fetch(other, &mut bytes).unwrap();
        assert_eq!(&bytes, b"second");
        depot.fetch(one, &mut bytes[..5]).unwrap();
        assert_eq!(&bytes[..5], b"first");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(depot.fetch(other + 1, &mut bytes).is_err());
    }
}
