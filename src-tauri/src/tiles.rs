//! Serves `tiles://localhost/{kind}/{revision}/{z}/{x}/{y}`: geometry reaches the map as bytes.
//!
//! The revision only makes the address new; the project answers with what it holds now.

use std::sync::Arc;

use lantu_project::Project;
use lantu_project::api::Problem;
use tauri::http::{Request, Response, StatusCode, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

use crate::call::guarded;

/// Answers one tile off the window's thread.
pub fn answer<R: Runtime>(context: UriSchemeContext<'_, R>, request: Request<Vec<u8>>, responder: UriSchemeResponder) {
    let project = context.app_handle().state::<Arc<Project>>().inner().clone();
    tauri::async_runtime::spawn_blocking(move || {
        let (status, body) = match address(request.uri().path()) {
            None => (StatusCode::NOT_FOUND, b"not a tile".to_vec()),
            Some((kind, z, x, y)) => bytes(guarded("tile", || project.tile(&kind, z, x, y))),
        };
        let response = Response::builder()
            .status(status)
            .header(header::CONTENT_TYPE, "application/x-protobuf")
            .header(header::CACHE_CONTROL, "no-store")
            // The window's origin differs from the scheme's; nothing else can reach it.
            .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
            .body(body);
        if let Ok(response) = response {
            responder.respond(response);
        }
    });
}

fn bytes(tile: Result<Vec<u8>, Problem>) -> (StatusCode, Vec<u8>) {
    match tile {
        Ok(bytes) => (StatusCode::OK, bytes),
        // The map passes over what is not there and tells the window of what went wrong.
        Err(problem) if problem.code == "base" => (StatusCode::BAD_GATEWAY, problem.message[1].clone().into_bytes()),
        Err(problem) => (StatusCode::NOT_FOUND, problem.message[1].clone().into_bytes()),
    }
}

/// `/{kind}/{revision}/{z}/{x}/{y}` without the revision.
fn address(path: &str) -> Option<(String, u8, u32, u32)> {
    let mut parts = path.trim_start_matches('/').split('/');
    let kind = parts.next()?.to_owned();
    let _revision: u32 = parts.next()?.parse().ok()?;
    let z = parts.next()?.parse().ok()?;
    let x = parts.next()?.parse().ok()?;
    let y = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some((kind, z, x, y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_tile_whatever_its_revision() {
        let tile = Some(("sources".to_owned(), 12, 2150, 1436));
        assert_eq!(address("/sources/7/12/2150/1436"), tile);
        assert_eq!(address("/sources/8/12/2150/1436"), tile);
    }

    #[test]
    fn anything_else_is_not_a_tile() {
        for path in
            ["", "/sources", "/sources/7/12/2150", "/sources/7/12/2150/1436/1", "/sources/7/-1/0/0", "/s/x/1/0/0"]
        {
            assert_eq!(address(path), None, "{path}");
        }
    }
}
