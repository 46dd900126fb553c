//! The style from which QGIS takes a layer's colours.

use crate::error::FileError;
use crate::messages::Cause;
use lantu_engine::RuleSet;
use rusqlite::{Connection, params};
use std::fmt::Write;
use std::path::Path;

/// Colour of a place that nobody has decided: that of the window.
const OPEN: &str = "#e8440a";

/// Returns a QGIS style: one category per class, and one for what is open.
pub(crate) fn qml(rules: &RuleSet) -> String {
    let mut classes: Vec<(&str, String, &str)> = rules
        .classes
        .iter()
        .map(|class| (class.id.as_str(), format!("{} {}", class.name.zh, class.name.en), class.color.as_str()))
        .collect();
    classes.push(("", "待定 open".to_owned(), OPEN));
    let (mut categories, mut symbols) = (String::new(), String::new());
    for (at, (id, label, colour)) in classes.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(
            categories,
            r#"<category symbol="{at}" value="{}" label="{}" render="true"/>"#,
            escaped(id),
            escaped(label.trim())
        );
        let _ = write!(
            symbols,
            r#"<symbol type="fill" name="{at}"><layer class="SimpleFill" enabled="1"><prop k="color" v="{}"/><prop k="outline_color" v="90,90,90,255"/><prop k="outline_width" v="0.1"/><prop k="style" v="solid"/></layer></symbol>"#,
            rgba(colour)
        );
    }
    format!(
        r#"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'><qgis styleCategories="Symbology"><renderer-v2 type="categorizedSymbol" attr="class"><categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2></qgis>"#
    )
}

/// Lets the styles of a GeoPackage colour by the field of another name.
pub(crate) fn point_at(path: &Path, field: &str) -> Result<(), FileError> {
    let update = || -> rusqlite::Result<()> {
        let database = Connection::open(path)?;
        let [from, to] = ["class", field].map(|name| format!("attr=\"{}\"", escaped(name)));
        database.execute("UPDATE layer_styles SET styleQML = replace(styleQML, ?, ?)", params![from, to])?;
        database.close().map_err(|(_, error)| error)
    };
    update().map_err(|error| FileError::WriteFailed { path: path.to_path_buf(), source: Cause(error.to_string()) })
}

/// `#rrggbb` as QGIS writes colours.
fn rgba(colour: &str) -> String {
    let part = |at: usize| {
        let digits = colour.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        digits.unwrap_or(0x80)
    };
    format!("{},{},{},255", part(1), part(3), part(5))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
