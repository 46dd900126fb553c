//! A browser in front of a project, for work on the UI: `cargo run -p lantu-tests --example host [--demo | FILE…]`,
//! then open the address that it prints, or run `npm run dev` in `ui/` for changes as they are typed.

use lantu_project::Settings;
use lantu_tests::host::Host;
use serde_json::json;

fn main() -> Result<(), String> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let open = match given.as_slice() {
        [] => json!(null),
        [demo] if demo == "--demo" => json!({ "demo": true }),
        paths => json!({ "paths": paths }),
    };
    let host = Host::start(5174, &Settings::of_machine(None), &format!("window.__LANTU_OPEN__ = {open};"))?;
    println!("{}", host.address());
    loop {
        std::thread::park();
    }
}
