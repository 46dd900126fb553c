//! What the program was asked to open when it was started. The window asks for it as for anything
//! else, so that it hears how that goes and can answer what is asked back.

use std::ffi::OsString;

use serde_json::{Value, json};

const USAGE: &str = "lantu-app [PROJECT.toml | FILE…]   打开项目或数据 / opens a project or data\n\
                     lantu-app --demo                   打开演示项目 / opens the demo project";

/// Reads the arguments into what the window is to open: `null`, `{demo: true}` or `{paths: […]}`.
/// `Err` is what to print instead of opening a window.
pub fn request(arguments: impl Iterator<Item = OsString>) -> Result<Value, String> {
    let mut paths = Vec::new();
    for argument in arguments {
        match argument.to_str() {
            Some("--demo") => return Ok(json!({ "demo": true })),
            Some("--version") => return Err(env!("CARGO_PKG_VERSION").into()),
            Some(option) if option.starts_with("--") => return Err(USAGE.into()),
            // Absolute, so that the project remembers where its files are.
            _ => paths.push(std::path::absolute(&argument).unwrap_or_else(|_| argument.into())),
        }
    }
    Ok(if paths.is_empty() { Value::Null } else { json!({ "paths": paths }) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(arguments: &[&str]) -> Result<Value, String> {
        request(arguments.iter().map(OsString::from))
    }

    #[test]
    fn without_arguments_the_start_screen_is_shown() {
        assert_eq!(asked(&[]), Ok(Value::Null));
    }

    #[test]
    fn files_become_absolute() {
        let Ok(request) = asked(&["plan.toml"]) else { panic!("no request") };
        let file = std::path::Path::new(request["paths"][0].as_str().unwrap_or_default());
        assert!(file.is_absolute() && file.ends_with("plan.toml"));
    }

    #[test]
    fn an_unknown_option_shows_the_usage() {
        assert_eq!(asked(&["--wrong"]), Err(USAGE.into()));
    }
}
