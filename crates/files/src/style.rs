//! The table `layer_styles`, from which QGIS takes a layer's colours.

use gdal::Dataset;
use gdal::errors::GdalError;
use gdal::vector::{Feature, FieldDefn, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType};
use lantu_engine::RuleSet;
use std::fmt::Write;

/// Colour of a place that nobody has decided.
const OPEN: &str = "#ff00ff";

/// Adds the style of a layer, one colour per class of the rules.
pub(crate) fn add(dataset: &mut Dataset, layer: &str, rules: &RuleSet, date: &str) -> Result<(), GdalError> {
    let options =
        LayerOptions { name: "layer_styles", srs: None, ty: OGRwkbGeometryType::wkbNone, options: Some(&["FID=id"]) };
    let table = dataset.create_layer(options)?;
    let qml = qml(rules);
    let fields = [
        ("f_table_catalog", ""),
        ("f_table_schema", ""),
        ("f_table_name", layer),
        ("f_geometry_column", "geom"),
        ("styleName", layer),
        ("styleQML", &qml),
        ("styleSLD", ""),
        ("useAsDefault", "1"),
        ("description", ""),
        ("owner", ""),
        ("ui", ""),
        ("update_time", date),
    ];
    for (name, _) in fields {
        let kind = match name {
            "useAsDefault" => OGRFieldType::OFTInteger,
            "update_time" => OGRFieldType::OFTDateTime,
            _ => OGRFieldType::OFTString,
        };
        FieldDefn::new(name, kind)?.add_to_layer(&table)?;
    }
    let mut row = Feature::new(table.defn())?;
    for (at, (_, value)) in fields.iter().enumerate() {
        row.set_field_string(at, value)?;
    }
    row.create(&table)
}

/// A QGIS style: one category per class, and one for what is open.
fn qml(rules: &RuleSet) -> String {
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
