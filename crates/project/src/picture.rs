//! Pictures that the window draws and this side writes.

use crate::api::Problem;
use crate::problem::problem;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::path::Path;

/// Returns what a picture's file holds: an SVG is text, a PNG comes in base64.
///
/// # Errors
/// A problem if the file's name ends otherwise or the content is something else.
pub(crate) fn bytes(path: &Path, content: String) -> Result<Vec<u8>, Problem> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let bytes = match ending.as_str() {
        "svg" => Some(content.into_bytes()),
        "png" => STANDARD.decode(content).ok().filter(|bytes| bytes.starts_with(b"\x89PNG\r\n\x1a\n")),
        _ => {
            let message = ["图片只能存为 .png 或 .svg。", "A picture is written as .png or .svg."].map(str::to_owned);
            return Err(problem(message, ["请改文件名。", "Choose another name."]));
        }
    };
    bytes.ok_or_else(|| {
        let message = [
            format!("{} 没有写出：窗口给出的不是 PNG 图片。", path.display()),
            format!("{} was not written: what the window has drawn is no PNG.", path.display()),
        ];
        problem(message, ["请再试一次，或存为 .svg。", "Try again, or save it as .svg."])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_its_name_says_or_is_not_written() {
        let png = STANDARD.encode(b"\x89PNG\r\n\x1a\n...");
        assert!(bytes(Path::new("a.PNG"), png.clone()).unwrap().starts_with(b"\x89PNG"));
        assert_eq!(bytes(Path::new("a.svg"), "<svg/>".to_owned()).unwrap(), b"<svg/>");
        for (name, content) in [("a.png", STANDARD.encode("<svg/>")), ("a.png", "!".to_owned()), ("a.jpg", png)] {
            assert!(bytes(Path::new(name), content).is_err(), "{name}");
        }
    }
}
