//! Puts the rows of a table into a SQLite file, page by page.
//!
//! Half a million rows through SQL take longer than all the rest of the file, though they come in
//! the order of their numbers and nobody reads meanwhile. The pages are therefore built here, after
//! SQLite's file format (<https://www.sqlite.org/fileformat2.html>, "B-tree Pages"): leaves one
//! after another, the pages of long rows before their leaf, inner pages last, and the topmost on the
//! page where SQLite has put the empty table. A test lets SQLite check them, and the proof reads
//! every row through SQLite.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

/// The bytes of a page: large enough that most rows need no pages of their own.
pub(super) const PAGE: usize = 1 << 14;
/// SQLite locks a byte of this page and never uses it.
const LOCKED: u32 = (1 << 30) / PAGE as u32 + 1;
/// How many pages an inner page leads to at most; each takes 15 bytes or less.
const FAN: usize = 1000;
/// Where the file's head says how many pages there are.
const PAGE_COUNT: u64 = 28;

const LEAF: u8 = 0x0d;
const INNER: u8 = 0x05;

/// Rows on their way into a file; they are numbered from 1.
pub(super) struct Rows {
    file: BufWriter<File>,
    root: u32,
    next: u32,
    leaf: Page,
    /// The pages of a level, and the last row on or under each.
    leaves: Vec<(u32, u64)>,
    count: u64,
}

/// A page that is being filled.
struct Page {
    bytes: Vec<u8>,
    head: usize,
    cells: usize,
    /// Where its cells begin; they grow towards the head.
    start: usize,
}

impl Page {
    fn new(kind: u8) -> Self {
        let mut bytes = vec![0; PAGE];
        bytes[0] = kind;
        Self { bytes, head: if kind == INNER { 12 } else { 8 }, cells: 0, start: PAGE }
    }

    fn has_room(&self, length: usize) -> bool {
        self.head + 2 * (self.cells + 1) + length <= self.start
    }

    fn put(&mut self, parts: [&[u8]; 3]) {
        self.start -= parts.iter().map(|part| part.len()).sum::<usize>();
        let mut at = self.start;
        for part in parts {
            self.bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        let pointer = self.head + 2 * self.cells;
        self.bytes[pointer..pointer + 2].copy_from_slice(&(self.start as u16).to_be_bytes());
        self.cells += 1;
        self.bytes[3..5].copy_from_slice(&(self.cells as u16).to_be_bytes());
        self.bytes[5..7].copy_from_slice(&(self.start as u16).to_be_bytes());
    }
}

impl Rows {
    /// Opens a file that nobody else has open, to fill the empty table that begins on page `root`.
    pub(super) fn of(path: &Path, root: u32) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        let pages = file.seek(SeekFrom::End(0))? / PAGE as u64;
        let next = u32::try_from(pages + 1).map_err(io::Error::other)?;
        let file = BufWriter::with_capacity(1 << 20, file);
        Ok(Self { file, root, next, leaf: Page::new(LEAF), leaves: Vec::new(), count: 0 })
    }

    /// Appends a row, given as a record; see [`record`].
    pub(super) fn push(&mut self, record: &[u8]) -> io::Result<()> {
        let (local, overflow) = record.split_at(local_length(record.len()));
        let mut head = Vec::with_capacity(18);
        varint(record.len() as u64, &mut head);
        varint(self.count + 1, &mut head);
        let link = if overflow.is_empty() { 0 } else { 4 };
        if !self.leaf.has_room(head.len() + local.len() + link) {
            self.end_leaf()?;
        }
        let first = self.peek().to_be_bytes();
        let mut rest = overflow;
        while !rest.is_empty() {
            let (here, after) = rest.split_at(rest.len().min(PAGE - 4));
            self.take()?;
            let following = if after.is_empty() { 0 } else { self.peek() };
            self.file.write_all(&following.to_be_bytes())?;
            self.file.write_all(here)?;
            self.file.write_all(&vec![0; PAGE - 4 - here.len()])?;
            rest = after;
        }
        self.leaf.put([&head, local, &first[..link]]);
        self.count += 1;
        Ok(())
    }

    /// Writes what is left and the pages that lead to the leaves.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if self.leaves.is_empty() {
            let only = std::mem::replace(&mut self.leaf, Page::new(LEAF));
            return self.top(&only);
        }
        self.end_leaf()?;
        let mut level = std::mem::take(&mut self.leaves);
        while level.len() > FAN {
            let pages = level.len().div_ceil(FAN);
            let mut above = Vec::with_capacity(pages);
            for at in 0..pages {
                let under = &level[at * level.len() / pages..(at + 1) * level.len() / pages];
                let number = self.take()?;
                self.file.write_all(&inner(under).bytes)?;
                above.push((number, under[under.len() - 1].1));
            }
            level = above;
        }
        self.top(&inner(&level))
    }

    fn top(mut self, page: &Page) -> io::Result<()> {
        if page.cells > 0 {
            self.file.seek(SeekFrom::Start(u64::from(self.root - 1) * PAGE as u64))?;
            self.file.write_all(&page.bytes)?;
        }
        self.file.seek(SeekFrom::Start(PAGE_COUNT))?;
        self.file.write_all(&(self.next - 1).to_be_bytes())?;
        self.file.flush()
    }

    fn end_leaf(&mut self) -> io::Result<()> {
        let number = self.take()?;
        let full = std::mem::replace(&mut self.leaf, Page::new(LEAF));
        self.leaves.push((number, self.count));
        self.file.write_all(&full.bytes)
    }

    /// Returns the number of the next page.
    fn peek(&self) -> u32 {
        if self.next == LOCKED { LOCKED + 1 } else { self.next }
    }

    /// Returns the number of the page that is written next.
    fn take(&mut self) -> io::Result<u32> {
        if self.next == LOCKED {
            self.file.write_all(&vec![0; PAGE])?;
        }
        let number = self.peek();
        self.next = number.checked_add(1).ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        Ok(number)
    }
}

/// The inner page that leads to pages, each with the last row on or under it.
fn inner(under: &[(u32, u64)]) -> Page {
    let mut page = Page::new(INNER);
    if let Some(((last, _), others)) = under.split_last() {
        for (number, row) in others {
            let mut key = Vec::with_capacity(9);
            varint(*row, &mut key);
            page.put([&number.to_be_bytes(), &key, &[]]);
        }
        page.bytes[8..12].copy_from_slice(&last.to_be_bytes());
    }
    page
}

/// How many bytes of a record stand on its leaf.
fn local_length(length: usize) -> usize {
    let most = PAGE - 35;
    if length <= most {
        return length;
    }
    let least = (PAGE - 12) * 32 / 255 - 23;
    let fitting = least + (length - least) % (PAGE - 4);
    if fitting <= most { fitting } else { least }
}

/// One value of a record.
pub(super) enum Value<'a> {
    Null,
    Flag(bool),
    Number(i32),
    Real(f64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

/// Appends the record of a row: what it has is told first, then the values follow.
pub(super) fn record(values: &[Value<'_>], record: &mut Vec<u8>) {
    let mut kinds = Vec::with_capacity(2 * values.len() + 8);
    for value in values {
        match value {
            Value::Null => kinds.push(0),
            Value::Flag(flag) => kinds.push(8 + u8::from(*flag)),
            Value::Number(_) => kinds.push(4),
            Value::Real(_) => kinds.push(7),
            Value::Text(text) => varint(2 * text.len() as u64 + 13, &mut kinds),
            Value::Blob(blob) => varint(2 * blob.len() as u64 + 12, &mut kinds),
        }
    }
    // The length counts itself: one byte, or two from 128 on.
    let length = kinds.len() as u64 + if kinds.len() < 127 { 1 } else { 2 };
    varint(length, record);
    record.extend_from_slice(&kinds);
    for value in values {
        match value {
            Value::Null | Value::Flag(_) => {}
            Value::Number(number) => record.extend_from_slice(&number.to_be_bytes()),
            Value::Real(number) => record.extend_from_slice(&number.to_be_bytes()),
            Value::Text(bytes) | Value::Blob(bytes) => record.extend_from_slice(bytes),
        }
    }
}

/// Appends a number as SQLite does: seven bits a byte, the highest first; below 2^56.
fn varint(number: u64, bytes: &mut Vec<u8>) {
    let count = (64 - number.leading_zeros()).div_ceil(7).max(1);
    for at in (0..count).rev() {
        let more = if at > 0 { 0x80 } else { 0 };
        bytes.push((number >> (7 * at)) as u8 & 0x7f | more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    /// A file with one table of these rows; the first column is the row's number.
    fn filled(path: &Path, rows: usize, blob: impl Fn(usize) -> Vec<u8>) -> Connection {
        filled_from(path, None, rows, blob)
    }

    /// The same, its rows from some page on; the pages before are a hole that takes no disk.
    fn filled_from(path: &Path, page: Option<u32>, rows: usize, blob: impl Fn(usize) -> Vec<u8>) -> Connection {
        let database = Connection::open(path).unwrap();
        database.execute_batch(&format!("PRAGMA page_size = {PAGE}; CREATE TABLE before (a)")).unwrap();
        database
            .execute_batch("CREATE TABLE t (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT, b BOOLEAN, r REAL)")
            .unwrap();
        let root = super::super::tables::root_of(&database, "t").unwrap();
        drop(database);
        if let Some(page) = page {
            let file = OpenOptions::new().write(true).open(path).unwrap();
            file.set_len(u64::from(page - 1) * PAGE as u64).unwrap();
        }
        let mut table = Rows::of(path, root).unwrap();
        for at in 0..rows {
            let (mut bytes, name) = (Vec::new(), format!("row {at}"));
            let text = if at % 3 == 0 { Value::Null } else { Value::Text(name.as_bytes()) };
            let values =
                [Value::Null, Value::Blob(&blob(at)), text, Value::Flag(at % 2 == 1), Value::Real(at as f64 / 4.0)];
            record(&values, &mut bytes);
            table.push(&bytes).unwrap();
        }
        table.finish().unwrap();
        Connection::open(path).unwrap()
    }

    #[test]
    fn beyond_one_gibibyte_the_page_that_sqlite_locks_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        // The locked page is met by a leaf, by the pages of a long row and where a leaf of rows ends.
        for (before, length) in [(1, 9_000), (2, 9_000), (1, 70_000), (2, 70_000), (3, 70_000), (7, 30), (0, 9_000)] {
            let path = folder.path().join(format!("{before}-{length}.db"));
            let database = filled_from(&path, Some(LOCKED - before), 20, |at| vec![at as u8 + 1; length]);
            let check: String = database.query_row("PRAGMA integrity_check(t)", [], |row| row.get(0)).unwrap();
            assert_eq!(check, "ok", "{before} {length}");
            let select = "SELECT count(*), min(length(geom)), sum(hex(substr(geom, -1)) = printf('%02X', fid)) FROM t";
            let found: [i64; 3] =
                database.query_row(select, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?])).unwrap();
            assert_eq!(found, [20, length as i64, 20], "{before} {length}");
            let mut locked = vec![1; PAGE];
            let mut file = File::open(&path).unwrap();
            if file.metadata().unwrap().len() >= u64::from(LOCKED) * PAGE as u64 {
                file.seek(SeekFrom::Start(u64::from(LOCKED - 1) * PAGE as u64)).unwrap();
                io::Read::read_exact(&mut file, &mut locked).unwrap();
                assert!(locked.iter().all(|&byte| byte == 0), "{before} {length}");
            } else {
                assert!(length == 30, "{before} {length} does not reach the page");
            }
        }
    }

    #[test]
    fn sqlite_finds_the_rows_as_they_were_put_and_the_file_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let lengths = [0, 1, 60, 114, 115, 400, 4_000, 16_300, 16_330, 16_349, 16_350, 16_384, 18_000, 40_000, 70_000];
        let long = move |at: usize| vec![at as u8; lengths[at % lengths.len()]];
        let short = |at: usize| vec![at as u8; 3 + at % 5];
        type Blob = Box<dyn Fn(usize) -> Vec<u8>>;
        let cases: [(usize, Blob); 7] = [
            (0, Box::new(short)),
            (1, Box::new(short)),
            (1, Box::new(|_| vec![7; 100_000])),
            (300, Box::new(short)),
            (3_000, Box::new(long)),
            (1_400, Box::new(|at| vec![at as u8; 9_000])),
            (400_000, Box::new(short)),
        ];
        for (case, (rows, blob)) in cases.into_iter().enumerate() {
            let path = folder.path().join(format!("{case}.db"));
            let database = filled(&path, rows, &blob);
            let check: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(check, "ok", "{case}");
            let mut query = database.prepare("SELECT fid, geom, name, b, r FROM t ORDER BY fid").unwrap();
            let mut found = query.query([]).unwrap();
            for at in 0..rows {
                let row = found.next().unwrap().unwrap();
                assert_eq!(row.get::<_, i64>(0).unwrap(), at as i64 + 1);
                assert_eq!(row.get::<_, Vec<u8>>(1).unwrap(), blob(at), "{case} {at}");
                let name = (at % 3 > 0).then(|| format!("row {at}"));
                assert_eq!(row.get::<_, Option<String>>(2).unwrap(), name);
                assert_eq!(row.get::<_, bool>(3).unwrap(), at % 2 == 1);
                assert_eq!(row.get::<_, f64>(4).unwrap(), at as f64 / 4.0);
            }
            assert!(found.next().unwrap().is_none());
            drop(found);
            drop(query);
            // The table goes on as any other.
            database.execute("INSERT INTO t (name) VALUES ('later')", []).unwrap();
            assert_eq!(database.last_insert_rowid(), rows as i64 + 1);
        }
    }
}
