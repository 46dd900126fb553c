//! Writes `ui/src/host/api.gen.ts` from the list of commands.

fn main() -> std::io::Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/host/api.gen.ts");
    std::fs::write(path, lantu_project::api::typescript())
}
