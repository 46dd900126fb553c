//! The window.
fn main() {
    let built = tauri::Builder::default().plugin(tauri_plugin_dialog::init()).run(tauri::generate_context!());
    if let Err(error) = built { eprintln!("{error}"); }
}
