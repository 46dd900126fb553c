//! GDAL's messages: kept off the terminal and handed on as causes.
//!
//! GDAL prints to stderr whatever goes wrong inside it. Here the messages are collected per thread
//! instead, because GDAL reports on the thread that called it, so that parallel reads do not mix.

use gdal::errors::CplErrType;
use std::cell::RefCell;
use std::sync::Once;

thread_local! {
    static HEARD: RefCell<Vec<Message>> = const { RefCell::new(Vec::new()) };
}

/// No more than this many messages are kept; a broken file can make one per feature.
const KEPT: usize = 64;

#[derive(Clone, Debug)]
struct Message {
    failure: bool,
    text: String,
}

/// What the library underneath said, as the cause of a [`crate::FileError`].
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Cause(pub(crate) String);

impl From<gdal::errors::GdalError> for Cause {
    /// Prefers what GDAL said to the name of the function that failed.
    fn from(error: gdal::errors::GdalError) -> Self {
        Self(last_failure().unwrap_or_else(|| error.to_string()))
    }
}

/// Starts listening afresh on this thread.
pub(crate) fn listen() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| gdal::config::set_error_handler(|class, _, text| keep(class, text)));
    HEARD.with_borrow_mut(Vec::clear);
}

fn keep(class: CplErrType, text: &str) {
    let failure = matches!(class, CplErrType::Failure | CplErrType::Fatal);
    // At a thread's end nobody asks any more, and a panic inside GDAL would end the program.
    let _ = HEARD.try_with(|heard| {
        let mut heard = heard.borrow_mut();
        if heard.len() < KEPT {
            heard.push(Message { failure, text: text.trim().to_owned() });
        }
    });
}

/// Returns the last failure heard since [`listen`].
pub(crate) fn last_failure() -> Option<String> {
    HEARD.with_borrow(|heard| heard.iter().rev().find(|message| message.failure).map(|message| message.text.clone()))
}
