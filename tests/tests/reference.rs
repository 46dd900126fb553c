//! The engine against the brute-force overlay, on small integer coordinates.
//!
//! `LANTU_FUZZ_SECONDS` makes it go on that long with new cases (`make fuzz`).

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use lantu_tests::compare::{How, compare};
use lantu_tests::random::{Random, layers, many_layers, near_coincident};
use std::time::{Duration, Instant};

/// Nearly all cases are small and wild; one in 64 has many layers, one in 64 borders drawn again.
fn one(seed: u64) {
    let random = &mut Random(seed);
    let given = match seed % 64 {
        62 => many_layers(random),
        63 => near_coincident(random),
        _ => layers(random),
    };
    let per_tile = [1, 3, 10, 6000][(seed / 2 % 4) as usize];
    let how = How { per_tile, reversed: seed % 2 == 1, twice: seed.is_multiple_of(8) || seed % 128 > 125 };
    compare(&given, &seed.to_string(), how);
}

#[test]
fn the_engine_agrees_with_brute_force_on_100_000_small_integer_cases() {
    let seconds = std::env::var("LANTU_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let start = Instant::now();
    let counts: Vec<u64> = std::thread::scope(|scope| {
        let work = |thread| {
            move || {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
                pool.install(|| {
                    let fresh = seconds.map_or(0, |_| rand_start());
                    let mut count = 0;
                    while match seconds {
                        Some(seconds) => start.elapsed() < Duration::from_secs(seconds),
                        None => count * threads < 100_000,
                    } {
                        one(fresh + thread + count * threads);
                        count += 1;
                    }
                    count
                })
            }
        };
        let handles: Vec<_> = (0..threads).map(|thread| scope.spawn(work(thread))).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    println!("{} cases compared in {:.0?}", counts.iter().sum::<u64>(), start.elapsed());
    assert!(counts.iter().sum::<u64>() >= 100_000);
}

/// Another range of cases at each fuzzing run; a failing case names its number.
fn rand_start() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    now.as_secs() << 20
}
