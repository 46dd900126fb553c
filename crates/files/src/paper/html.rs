//! The page: everything in one file, drawings as SVG, made to be printed on A4.

use super::{Block, Cell, Drawing, GoOn, Paper, Shape, Share, Table, shown};
use crate::error::FileError;
use std::fmt::Write;

const STYLE: &str = "body{font:14px/1.5 'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}\
h1{font-size:1.8rem}h2{font-size:1.25rem;margin-top:2rem;border-bottom:1px solid #999;break-after:avoid}\
.table{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.8rem}th,td{padding:.15rem .5rem;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}\
th{border-bottom:1.5px solid #666}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}thead{display:table-header-group}tr,figure{break-inside:avoid}\
figure{margin:1rem 0}figure svg{max-width:100%;height:auto}figcaption{font-size:.8rem}.figures{display:grid;grid-template-columns:1fr 1fr;gap:1rem}\
@page{size:A4;margin:15mm}@media print{body{max-width:none;margin:0;padding:0;font-size:10pt}.table{overflow:visible}}";

/// Returns the page.
pub(super) fn text(paper: &Paper, go_on: GoOn<'_>) -> Result<String, FileError> {
    let title = escaped(&paper.title);
    let language = if paper.language == "zh" { "zh-CN" } else { "en" };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n"
    );
    let mut share = Share::of(paper);
    for block in &paper.blocks {
        go_on(share.begin(block))?;
        put(&mut page, block);
    }
    Ok(page + "</body></html>\n")
}

// Writing to a String cannot fail.
fn put(page: &mut String, block: &Block) {
    match block {
        Block::Heading(text) => page.push_str(&format!("<h2>{}</h2>\n", escaped(text))),
        Block::Text(text) => page.push_str(&format!("<p>{}</p>\n", escaped(text))),
        Block::Table(table) => put_table(page, table),
        Block::Drawing(drawing) => put_figure(page, drawing),
        Block::Figures(drawings) => {
            page.push_str("<div class=\"figures\">\n");
            drawings.iter().for_each(|drawing| put_figure(page, drawing));
            page.push_str("</div>\n");
        }
    }
}

fn put_table(page: &mut String, table: &Table) {
    let _ = write!(page, "<div class=\"table\"><table data-name=\"{}\"><thead><tr>", escaped(&table.name));
    for name in &table.columns {
        let _ = write!(page, "<th>{}</th>", escaped(name));
    }
    page.push_str("</tr></thead><tbody>\n");
    for row in &table.rows {
        page.push_str("<tr>");
        for cell in row {
            let class = if matches!(cell, Cell::Number(..)) { " class=\"n\"" } else { "" };
            let _ = write!(page, "<td{class}>{}</td>", escaped(&shown(cell)));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody></table></div>\n");
}

fn put_figure(page: &mut String, drawing: &Drawing) {
    let (width, height) = (drawing.width, drawing.height);
    let _ = write!(
        page,
        "<figure><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}pt\" height=\"{height}pt\" viewBox=\"0 0 {width} {height}\">"
    );
    drawing.shapes.iter().for_each(|shape| put_shape(page, shape));
    let caption: Vec<String> = drawing.caption.iter().map(|line| escaped(line)).collect();
    let _ = writeln!(page, "</svg><figcaption>{}</figcaption></figure>", caption.join("<br>"));
}

fn put_shape(page: &mut String, shape: &Shape) {
    match shape {
        Shape::Area { rings, fill, opacity } => {
            let path: String = rings.iter().map(|ring| path(ring) + "Z").collect();
            let _ = write!(
                page,
                "<path d=\"{path}\" fill=\"{}\" fill-opacity=\"{opacity}\" fill-rule=\"evenodd\"/>",
                hex(*fill)
            );
        }
        Shape::Line { points, colour, width } => {
            let _ = write!(
                page,
                "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"/>",
                path(points),
                hex(*colour)
            );
        }
        Shape::Words { at, size, text } => {
            let _ = write!(
                page,
                "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"{size}\">{}</text>",
                at[0],
                at[1],
                escaped(text)
            );
        }
    }
}

fn path(points: &[[f64; 2]]) -> String {
    let mut text = String::new();
    for (at, [x, y]) in points.iter().enumerate() {
        let _ = write!(text, "{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' });
    }
    text
}

fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
