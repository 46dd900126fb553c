//! The PDF: the laid-out pages, with the characters used of one font.

use super::fonts::Typeface;
use super::layout::{Mark, PAGE, pages};
use super::{Drawing, GoOn, Paper, Shape};
use crate::error::FileError;
use crate::messages::Cause;
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{Path as Outline, PathBuilder, Point, Transform};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::text::Font;
use std::path::Path;

const BLACK: [u8; 3] = [34, 34, 34];

/// Returns the file.
pub(super) fn bytes(path: &Path, paper: &Paper, go_on: GoOn<'_>) -> Result<Vec<u8>, FileError> {
    let failed = |cause: String| FileError::WriteFailed { path: path.to_path_buf(), source: Cause(cause) };
    let mut face = Typeface::find(path)?;
    let pages = pages(paper, &mut face, go_on)?;
    let count = pages.len() as f64;
    let font = Font::new(face.data.clone().into(), face.index)
        .ok_or_else(|| FileError::NoFont { path: path.to_path_buf() })?;
    let mut pen = Pen { font, face };
    let mut document = Document::new();
    let creator = format!("Lantu {}", env!("CARGO_PKG_VERSION"));
    document
        .set_metadata(Metadata::new().title(paper.title.clone()).creator(creator).language(paper.language.to_owned()));
    for (at, marks) in pages.into_iter().enumerate() {
        // Setting the pages is the first half of the work.
        go_on(0.5 + at as f64 / count / 2.0)?;
        let size =
            PageSettings::from_wh(PAGE[0] as f32, PAGE[1] as f32).ok_or_else(|| failed("page size".to_owned()))?;
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        for mark in marks {
            pen.put(&mut surface, mark);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| failed(format!("{error:?}")))
}

/// What writes and draws.
struct Pen {
    font: Font,
    face: Typeface,
}

impl Pen {
    fn put(&mut self, surface: &mut Surface<'_>, mark: Mark) {
        match mark {
            Mark::Words(at, size, text) => self.words(surface, at, size, &text),
            Mark::Rule(y, width) => line(surface, &[[42.0, y], [PAGE[0] - 42.0, y]], [120, 120, 120], width),
            Mark::Drawing([x, y], drawing) => {
                surface.push_transform(&Transform::from_translate(x as f32, y as f32));
                self.draw(surface, &drawing);
                surface.pop();
            }
        }
    }

    fn draw(&mut self, surface: &mut Surface<'_>, drawing: &Drawing) {
        let (w, h) = (drawing.width, drawing.height);
        let Some(frame) = outline(&[vec![[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]]], true) else { return };
        surface.push_clip_path(&frame, &FillRule::EvenOdd);
        for shape in &drawing.shapes {
            match shape {
                Shape::Area { rings, fill, opacity } => area(surface, rings, *fill, *opacity),
                Shape::Line { points, colour, width } => line(surface, points, *colour, *width),
                Shape::Words { at, size, text } => self.words(surface, *at, *size, text),
            }
        }
        surface.pop();
    }

    fn words(&mut self, surface: &mut Surface<'_>, at: [f64; 2], size: f64, text: &str) {
        surface.set_stroke(None);
        surface.set_fill(Some(Fill { paint: colour(BLACK), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }));
        let at = Point::from_xy(at[0] as f32, at[1] as f32);
        surface.draw_glyphs(at, &self.face.glyphs(text), self.font.clone(), text, size as f32, false);
    }
}

fn area(surface: &mut Surface<'_>, rings: &[Vec<[f64; 2]>], fill: [u8; 3], opacity: f64) {
    let Some(path) = outline(rings, true) else { return };
    let opacity = NormalizedF32::new(opacity as f32).unwrap_or(NormalizedF32::ONE);
    surface.set_stroke(None);
    surface.set_fill(Some(Fill { paint: colour(fill), opacity, rule: FillRule::EvenOdd }));
    surface.draw_path(&path);
}

fn line(surface: &mut Surface<'_>, points: &[[f64; 2]], stroke: [u8; 3], width: f64) {
    let Some(path) = outline(&[points.to_vec()], false) else { return };
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke { paint: colour(stroke), width: width as f32, ..Stroke::default() }));
    surface.draw_path(&path);
}

fn colour([r, g, b]: [u8; 3]) -> krilla::paint::Paint {
    rgb::Color::new(r, g, b).into()
}

/// A path along rings or a line; `None` if there is nothing of it.
fn outline(rings: &[Vec<[f64; 2]>], closed: bool) -> Option<Outline> {
    let mut path = PathBuilder::new();
    for ring in rings {
        for (at, [x, y]) in ring.iter().enumerate() {
            if at == 0 { path.move_to(*x as f32, *y as f32) } else { path.line_to(*x as f32, *y as f32) }
        }
        if closed && !ring.is_empty() {
            path.close();
        }
    }
    path.finish()
}
