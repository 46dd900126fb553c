//! The same parcels drawn by several layers, borders up to three grid units beside each other.

#![no_main]

use lantu_tests::compare::{How, compare};
use lantu_tests::random::{Bytes, near_coincident};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    // libFuzzer runs a process per core itself: the pool is its own thread, nothing is handed over.
    init: {
        let _ = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
    },
    |bytes: &[u8]| {
        let Some((&first, rest)) = bytes.split_first() else { return };
        let per_tile = [1, 3, 10, 6000][(first >> 2 & 3) as usize];
        let how = How { per_tile, reversed: first & 1 == 1, twice: first & 2 == 2 };
        compare(&near_coincident(&mut Bytes(rest)), "of these bytes", how);
    }
);
