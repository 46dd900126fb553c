//! Temporary files for what does not fit into memory.

use fs4::fs_std::FileExt;
use lantu_engine::{Depot, Lent};
use memmap2::MmapMut;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Files without names: the system removes them when they are closed, even after a crash.
#[derive(Debug)]
pub struct TempDepot {
    folder: PathBuf,
    kept: Mutex<File>,
}

impl TempDepot {
    /// Makes a temporary file in a folder; more follow for what is lent.
    ///
    /// # Errors
    /// Whatever the system says, for instance that the folder cannot be written to.
    pub fn within(folder: &Path) -> io::Result<Self> {
        let kept = Mutex::new(tempfile::tempfile_in(folder)?);
        Ok(Self { folder: folder.to_path_buf(), kept })
    }
}

impl Depot for TempDepot {
    fn keep(&self, bytes: &[u8]) -> io::Result<u64> {
        let mut file = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = file.seek(SeekFrom::End(0))?;
        file.write_all(bytes)?;
        Ok(at)
    }

    fn fetch(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        let mut file = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(bytes)
    }

    fn lend(&self, length: usize) -> io::Result<Box<dyn Lent>> {
        if length < WORTH {
            return Ok(Box::new(Small { words: vec![0; length.div_ceil(size_of::<u128>())], length }));
        }
        let file = tempfile::tempfile_in(&self.folder)?;
        // All of it now: a disk that turns out to be full under mapped memory would kill the program.
        file.allocate(length as u64)?;
        Ok(Box::new(Mapped(map(&file, length)?)))
    }
}

/// Less is lent of memory: a file of its own would be dearer.
const WORTH: usize = 1 << 16;

/// A little memory, aligned to the widest numbers.
struct Small {
    words: Vec<u128>,
    length: usize,
}

impl Lent for Small {
    fn bytes(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.length]
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut bytemuck::cast_slice_mut(&mut self.words)[..self.length]
    }
}

/// A temporary file as memory. The map holds it; of open files the system allows a thousand, of maps more.
struct Mapped(MmapMut);

#[allow(unsafe_code)]
fn map(file: &File, length: usize) -> io::Result<MmapMut> {
    // SAFETY: mapped memory is sound while nobody else writes to the file or cuts it off. It has no name
    // by which anybody could open it, and its only handle is closed as soon as it is mapped.
    unsafe { memmap2::MmapOptions::new().len(length).map_mut(file) }
}

impl Lent for Mapped {
    fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.0
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

    #[test]
    fn what_is_lent_begins_with_zeros_holds_what_is_written_and_outlives_the_depot() {
        let folder = tempfile::tempdir().unwrap();
        let depot = TempDepot::within(folder.path()).unwrap();
        let (mut one, mut other) = (depot.lend(100_000).unwrap(), depot.lend(16).unwrap());
        assert!(one.bytes().iter().all(|&byte| byte == 0) && one.bytes().len() == 100_000);
        assert_eq!(one.bytes().as_ptr().align_offset(4096), 0);
        one.bytes_mut()[99_999] = 7;
        other.bytes_mut().fill(9);
        drop(depot);
        assert_eq!((one.bytes()[99_999], one.bytes()[15], other.bytes()), (7, 0, &[9; 16][..]));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn more_pieces_can_be_lent_than_files_can_be_open() {
        let folder = tempfile::tempdir().unwrap();
        let depot = TempDepot::within(folder.path()).unwrap();
        let lent: Vec<_> = (0..1100).map(|_| depot.lend(WORTH).unwrap()).collect();
        assert!(lent.iter().all(|piece| piece.bytes().len() == WORTH));
        // Other tests have files open; the pieces keep none of their own.
        let open = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        assert!(open < 1100, "{open} files are open");
    }

    #[test]
    fn more_than_the_disk_holds_is_refused_before_it_is_used() {
        let folder = tempfile::tempdir().unwrap();
        assert!(TempDepot::within(folder.path()).unwrap().lend(1 << 55).is_err());
    }
}
