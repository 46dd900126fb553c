//! Writes `tests/fixtures/bad/`: `cargo run -p lantu --example bad_files`.

#![allow(clippy::unwrap_used, reason = "it makes what a test looks at")]

#[path = "../tests/bad_files/make.rs"]
mod make;

fn main() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/bad");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, bytes) in make::all() {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}
