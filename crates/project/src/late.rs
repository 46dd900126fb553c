//! What is made when it is first asked for, and may fail.

use std::sync::{Arc, Mutex, PoisonError};

/// A value that is made once; whoever asks meanwhile waits for it.
#[derive(Debug)]
pub(crate) struct Late<T>(Mutex<Option<Arc<T>>>);

impl<T> Default for Late<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Late<T> {
    /// Returns the value; a failure is not kept, so the next to ask tries again.
    pub(crate) fn get<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = &*held {
            return Ok(made.clone());
        }
        let made = Arc::new(make()?);
        *held = Some(made.clone());
        Ok(made)
    }

    /// Returns the value if it is there and nobody is at it just now.
    pub(crate) fn made(&self) -> Option<Arc<T>> {
        self.0.try_lock().ok()?.clone()
    }
}
