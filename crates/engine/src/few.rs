//! Short lists without memory of their own.
//!
//! A province has millions of lists of faces and parties, and most have three items or fewer: on the
//! heap each would cost an allocation, and as much memory again as it holds.

use std::fmt;
use std::ops::Deref;

/// A list that stands in itself while it has up to three items; it is read as a slice.
#[derive(Clone)]
pub struct Few<T>(Items<T>);

#[derive(Clone)]
enum Items<T> {
    Here(u8, [T; 3]),
    There(Box<Box<[T]>>),
}

/// The list takes no more than the pointer and length of one on the heap.
const _: () = assert!(size_of::<Few<u32>>() == size_of::<Box<[u32]>>());

impl<T: Copy + Default> From<&[T]> for Few<T> {
    fn from(items: &[T]) -> Self {
        let mut here = [T::default(); 3];
        match here.get_mut(..items.len()) {
            Some(own) => {
                own.copy_from_slice(items);
                Self(Items::Here(items.len() as u8, here))
            }
            None => Self(Items::There(Box::new(items.into()))),
        }
    }
}

impl<T: Copy + Default> From<Vec<T>> for Few<T> {
    fn from(items: Vec<T>) -> Self {
        items.as_slice().into()
    }
}

impl<T: Copy + Default, const N: usize> From<[T; N]> for Few<T> {
    fn from(items: [T; N]) -> Self {
        items.as_slice().into()
    }
}

impl<T: Copy + Default> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        items.into_iter().collect::<Vec<T>>().into()
    }
}

impl<T: Copy + Default> Default for Few<T> {
    fn default() -> Self {
        Self(Items::Here(0, [T::default(); 3]))
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        match &self.0 {
            Items::Here(count, items) => &items[..usize::from(*count)],
            Items::There(items) => items,
        }
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: PartialEq> PartialEq for Few<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Few<T> {}

impl<T: Ord> PartialOrd for Few<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> Ord for Few<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: fmt::Debug> fmt::Debug for Few<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_any_length_is_what_it_was_made_of() {
        for count in 0..9u32 {
            let items: Vec<u32> = (7..7 + count).collect();
            let few = Few::from(&*items);
            assert_eq!(*few, *items);
            assert_eq!(few.clone(), items.iter().copied().collect());
            assert_eq!(few.cmp(&Few::from([8])), (*items).cmp(&[8]));
        }
        assert!(Few::<u32>::default().is_empty());
    }
}
