//! Lets Tauri read `tauri.conf.json`, the capabilities and the icon at build time.

fn main() {
    tauri_build::build();
}
