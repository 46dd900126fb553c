//! Files that were moved or copied together with a record are found again from where it lies now.

use std::path::{Path, PathBuf};

/// The way from the folder that a record lay in to the one that it lies in.
#[derive(Debug)]
pub(crate) struct Moved {
    from: PathBuf,
    to: PathBuf,
}

impl Moved {
    /// Returns the way to where a record lies now; `None` if it lies where it lay, or nobody knows where.
    pub(crate) fn of(record: &Path, before: Option<&Path>) -> Option<Self> {
        let (from, to) = (before?.to_path_buf(), home_of(record)?);
        (from != to).then_some(Self { from, to })
    }

    /// Returns where a file is that was reached from the old folder, if there is one.
    pub(crate) fn file(&self, path: &Path) -> Option<PathBuf> {
        self.seen(path).filter(|path| path.exists())
    }

    fn seen(&self, path: &Path) -> Option<PathBuf> {
        let common = self.from.components().zip(path.components()).take_while(|(one, other)| one == other).count();
        let up = self.from.components().count() - common;
        let rest: PathBuf = path.components().skip(common).collect();
        // The root alone is no place that moves.
        (common > 1).then(|| self.to.ancestors().nth(up).map(|base| base.join(rest))).flatten()
    }
}

/// Returns the folder that a record lies in.
pub(crate) fn home_of(record: &Path) -> Option<PathBuf> {
    std::path::absolute(record).ok()?.parent().map(Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_the_same_place_from_another_folder() {
        let seen = |path: &str, to: &str| Moved { from: "/old/county".into(), to: to.into() }.seen(Path::new(path));
        assert_eq!(seen("/old/county/data/a.shp", "/new/place"), Some("/new/place/data/a.shp".into()));
        assert_eq!(seen("/old/base/a.shp", "/new/place"), Some("/new/base/a.shp".into()));
        assert_eq!(seen("/other/a.shp", "/new/place"), None);
        assert_eq!(seen("/old/a.shp", "/"), None);
        assert!(Moved::of(Path::new("/a/p.lantu"), Some(Path::new("/a"))).is_none());
    }
}
