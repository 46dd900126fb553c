//! The description that a WMTS gives of itself, read into the address of its tiles.
//!
//! A description lists layers and sets of matrices. Wanted is a layer with a set in web Mercator whose zooms are
//! those of the common map; what the server calls them is kept. Where there are several such layers, the address says
//! which one is meant by `layer=NAME`.

use super::address::Address;
use crate::api::Problem;
use crate::problem::problem;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use roxmltree::{Document, Node};
use std::collections::BTreeMap;

/// The scale's denominator of zoom 0, at 0.28 mm a pixel.
const WHOLE_EARTH: f64 = 559_082_264.028_717_8;
const MERCATOR: [&str; 4] = ["3857", "900913", "3785", "102100"];
const IN_QUERY: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'&').add(b'+').add(b'<').add(b'>').add(b'=');

/// A layer of the description.
struct Offer {
    layer: String,
    title: String,
    template: String,
    zooms: BTreeMap<u8, String>,
}

/// Returns the address at which a WMTS describes itself.
pub(super) fn description(address: &str) -> String {
    let address = address.trim();
    let lower = address.to_ascii_lowercase();
    if lower.contains("request=getcapabilities") || lower.split('?').next().is_some_and(|path| path.ends_with(".xml")) {
        return address.to_owned();
    }
    let joint = if address.contains('?') { "&" } else { "?" };
    format!("{address}{joint}SERVICE=WMTS&REQUEST=GetCapabilities&VERSION=1.0.0")
}

/// Returns the address of the tiles that a description offers, and what the layer is called.
///
/// # Errors
/// A problem if it is no description, has no layer in web Mercator, or several and none is named.
pub(super) fn tiles(text: &str, asked_at: &str) -> Result<(Address, String), Problem> {
    // An XML document may not define entities here: nothing honest needs them.
    let document = Document::parse(text).map_err(|cause| not_described(&cause.to_string()))?;
    let root = document.root_element();
    let contents = child(root, "Contents").ok_or_else(|| not_described(root.tag_name().name()))?;
    let sets: BTreeMap<String, BTreeMap<u8, String>> = children(contents, "TileMatrixSet")
        .filter_map(|set| Some((text_of(set, "Identifier")?, zooms(set)?)))
        .collect();
    let base = operation(root).unwrap_or_else(|| asked_at.split('?').next().unwrap_or_default().to_owned());
    let more = further(asked_at);
    let offers: Vec<Offer> =
        children(contents, "Layer").filter_map(|layer| offer(layer, &sets, &base, &more)).collect();
    let wanted = parameter(asked_at, "layer");
    let mut fitting = offers.iter().filter(|offer| wanted.as_deref().is_none_or(|name| name == offer.layer));
    match (fitting.next(), fitting.next()) {
        (Some(offer), None) => {
            let address = Address {
                template: offer.template.clone(),
                zooms: Some(offer.zooms.clone()),
                servers: &["a", "b", "c"],
            };
            Ok((address, offer.title.clone()))
        }
        (None, _) => Err(none_fits(&offers)),
        _ => Err(several(&offers)),
    }
}

fn offer(layer: Node<'_, '_>, sets: &BTreeMap<String, BTreeMap<u8, String>>, base: &str, more: &str) -> Option<Offer> {
    let name = text_of(layer, "Identifier")?;
    let linked = children(layer, "TileMatrixSetLink").filter_map(|link| text_of(link, "TileMatrixSet"));
    let (set, zooms) =
        linked.filter_map(|set| Some((sets.get(&set)?.clone(), set))).map(|(zooms, set)| (set, zooms)).next()?;
    let mut styles = children(layer, "Style");
    let style = styles.clone().find(|style| style.attribute("isDefault") == Some("true")).or_else(|| styles.next());
    let style = style.and_then(|style| text_of(style, "Identifier")).unwrap_or_default();
    let formats: Vec<String> =
        children(layer, "Format").filter_map(|format| Some(format.text()?.trim().to_owned())).collect();
    let format =
        ["image/png", "image/jpeg", "image/webp"].iter().find(|known| formats.iter().any(|found| found == *known));
    let format = format.map(|known| (*known).to_owned()).or_else(|| formats.first().cloned()).unwrap_or_default();
    let resource = children(layer, "ResourceURL").filter(|url| url.attribute("resourceType") == Some("tile"));
    let template = resource.filter_map(|url| url.attribute("template")).next().map_or_else(
        || {
            let [layer, style, set, format] = [&name, &style, &set, &format].map(|value| encoded(value));
            let joint = if base.contains('?') { if base.ends_with(['?', '&']) { "" } else { "&" } } else { "?" };
            format!(
                "{base}{joint}SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE={style}&TILEMATRIXSET={set}\
                 &FORMAT={format}&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}{more}"
            )
        },
        |template| {
            let filled = [("{TileMatrixSet}", &set), ("{Style}", &style), ("{style}", &style)];
            let filled = filled.iter().fold(template.to_owned(), |text, (blank, value)| text.replace(blank, &encoded(value)));
            let blanks = [("{TileMatrix}", "{z}"), ("{TileCol}", "{x}"), ("{TileRow}", "{y}")];
            let filled = blanks.iter().fold(filled, |text, (from, to)| text.replace(from, to));
            let more = if filled.contains('?') { more.to_owned() } else { more.replacen('&', "?", 1) };
            filled + &more
        },
    );
    let title = text_of(layer, "Title").unwrap_or_else(|| name.clone());
    Some(Offer { layer: name, title, template, zooms })
}

/// What a set in web Mercator calls the zooms of the common map; `None` for other planes and other zooms.
fn zooms(set: Node<'_, '_>) -> Option<BTreeMap<u8, String>> {
    let crs = text_of(set, "SupportedCRS")?;
    if !MERCATOR.iter().any(|code| crs.ends_with(code)) {
        return None;
    }
    let found = children(set, "TileMatrix").filter_map(|matrix| {
        let scale: f64 = text_of(matrix, "ScaleDenominator")?.parse().ok()?;
        let zoom = (WHOLE_EARTH / scale).log2();
        let whole = (zoom - zoom.round()).abs() < 0.01 && (0.0..=24.0).contains(&zoom.round());
        let square = text_of(matrix, "TileWidth").is_none_or(|width| width == "256");
        (whole && square).then_some(())?;
        Some((zoom.round() as u8, encoded(&text_of(matrix, "Identifier")?)))
    });
    let found: BTreeMap<u8, String> = found.collect();
    (!found.is_empty()).then_some(found)
}

/// Where tiles are asked for by key and value.
fn operation(root: Node<'_, '_>) -> Option<String> {
    let operations = child(root, "OperationsMetadata")?;
    let tile = children(operations, "Operation").find(|one| one.attribute("name") == Some("GetTile"))?;
    let get = tile.descendants().find(|node| node.tag_name().name() == "Get")?;
    get.attributes().find(|one| one.name() == "href").map(|one| one.value().to_owned())
}

/// What else the planner's address says, as a key, goes with every tile.
fn further(address: &str) -> String {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let own = ["service", "request", "version", "layer", "acceptversions", "sections"];
    let kept = query.split('&').filter(|part| {
        let name = part.split('=').next().unwrap_or_default().to_ascii_lowercase();
        !name.is_empty() && !own.contains(&name.as_str())
    });
    kept.map(|part| format!("&{part}")).collect()
}

fn parameter(address: &str, key: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    let found =
        query.split('&').filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case(key))?;
    Some(percent_encoding::percent_decode_str(found.1).decode_utf8_lossy().into_owned())
}

fn encoded(value: &str) -> String {
    utf8_percent_encode(value, IN_QUERY).to_string()
}

fn children<'a, 'input>(node: Node<'a, 'input>, name: &'static str) -> impl Iterator<Item = Node<'a, 'input>> + Clone {
    node.children().filter(move |child| child.tag_name().name() == name)
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &'static str) -> Option<Node<'a, 'input>> {
    children(node, name).next()
}

fn text_of(node: Node<'_, '_>, name: &'static str) -> Option<String> {
    Some(child(node, name)?.text()?.trim().to_owned())
}

fn not_described(cause: &str) -> Problem {
    let message = [
        format!("该地址没有给出 WMTS 服务说明（{cause}）。"),
        format!("This address gives no description of a WMTS ({cause})."),
    ];
    let hint = [
        "请填写带 {z}、{x}、{y} 的瓦片地址，或 WMTS 的服务地址、GetTile 地址。",
        "Give an address of tiles with {z}, {x} and {y}, or that of a WMTS or of one of its tiles.",
    ];
    problem(message, hint)
}

fn none_fits(offers: &[Offer]) -> Problem {
    let names = listed(offers);
    if !offers.is_empty() {
        let message =
            [format!("服务中没有这个图层。现有：{names}。"), format!("It has no such layer. There are: {names}.")];
        return problem(message, ["请改地址中的 layer=。", "Correct the layer= of the address."]);
    }
    let message = [
        "该服务没有 Web 墨卡托（EPSG:3857）矩阵集的图层；经纬度（4490、4326）矩阵集的瓦片不能直接垫在图下。",
        "It offers no layer in web Mercator (EPSG:3857); tiles in degrees (4490, 4326) do not lie under this map.",
    ]
    .map(str::to_owned);
    problem(message, ["请选 Web 墨卡托（_w、3857）的服务。", "Choose a service in web Mercator (_w, 3857)."])
}

fn several(offers: &[Offer]) -> Problem {
    let names = listed(offers);
    let message = [format!("服务中有多个图层：{names}。"), format!("It has several layers: {names}.")];
    let hint = [
        "请在地址后加上 layer=图层名（已有问号时加 &layer=）。",
        "Add layer=NAME to the address (with & if it has a question mark).",
    ];
    problem(message, hint)
}

fn listed(offers: &[Offer]) -> String {
    let names: Vec<&str> = offers.iter().take(20).map(|offer| offer.layer.as_str()).collect();
    names.join("、")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, crs: &str, matrices: &[(&str, f64)]) -> String {
        let matrices: String = matrices
            .iter()
            .map(|(id, scale)| {
                format!(
                    "<TileMatrix><ows:Identifier>{id}</ows:Identifier><ScaleDenominator>{scale}</ScaleDenominator>\
                     <TileWidth>256</TileWidth></TileMatrix>"
                )
            })
            .collect();
        format!(
            "<TileMatrixSet><ows:Identifier>{name}</ows:Identifier><ows:SupportedCRS>{crs}</ows:SupportedCRS>{matrices}</TileMatrixSet>"
        )
    }

    fn layer(name: &str, set: &str, rest: &str) -> String {
        format!(
            "<Layer><ows:Title>{name}的标题</ows:Title><ows:Identifier>{name}</ows:Identifier><Style isDefault=\"true\">\
             <ows:Identifier>默认</ows:Identifier></Style><Format>image/jpeg</Format>\
             <TileMatrixSetLink><TileMatrixSet>{set}</TileMatrixSet></TileMatrixSetLink>{rest}</Layer>"
        )
    }

    fn described(contents: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><Capabilities xmlns=\"http://www.opengis.net/wmts/1.0\" xmlns:ows=\"http://www.opengis.net/ows/1.1\" \
             xmlns:xlink=\"http://www.w3.org/1999/xlink\"><ows:OperationsMetadata><ows:Operation name=\"GetTile\"><ows:DCP><ows:HTTP>\
             <ows:Get xlink:href=\"http://a/kvp?\"/></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata><Contents>{contents}</Contents></Capabilities>"
        )
    }

    fn mercator() -> String {
        set(
            "web",
            "urn:ogc:def:crs:EPSG::3857",
            &[("EPSG:3857:5", WHOLE_EARTH / 32.0), ("six", WHOLE_EARTH / 64.0), ("odd", 1e6)],
        )
    }

    #[test]
    fn a_layer_in_web_mercator_is_asked_for_by_what_the_server_calls_its_zooms() {
        let degrees = set("c", "urn:ogc:def:crs:EPSG::4490", &[("1", 1e8)]);
        let text = described(&(layer("影像", "web", "") + &layer("度", "c", "") + &mercator() + &degrees));
        let (address, title) = tiles(&text, "http://a/wmts?request=GetCapabilities&tk=key").unwrap();
        assert_eq!(title, "影像的标题");
        let at = address.of(5, 3, 4).unwrap();
        assert!(at.starts_with("http://a/kvp?SERVICE=WMTS&REQUEST=GetTile"), "{at}");
        assert!(at.contains("LAYER=%E5%BD%B1%E5%83%8F") && at.contains("&FORMAT=image/jpeg"), "{at}");
        assert!(at.ends_with("TILEMATRIX=EPSG:3857:5&TILEROW=4&TILECOL=3&tk=key"), "{at}");
        assert!(address.of(6, 3, 4).unwrap().contains("TILEMATRIX=six"));
        assert_eq!([address.of(4, 3, 4), address.of(9, 3, 4)], [None, None]);
    }

    #[test]
    fn an_address_of_single_tiles_is_filled_in() {
        let url = "<ResourceURL format=\"image/jpeg\" resourceType=\"tile\" template=\"http://t/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.jpg\"/>";
        let text = described(&(layer("a", "web", url) + &mercator()));
        let (address, _) = tiles(&text, "http://a/1.0.0/WMTSCapabilities.xml?token=t").unwrap();
        assert_eq!(address.of(6, 1, 2).unwrap(), "http://t/%E9%BB%98%E8%AE%A4/web/six/2/1.jpg?token=t");
    }

    #[test]
    fn one_of_several_layers_is_named_and_what_does_not_fit_is_told() {
        let both = described(&(layer("a", "web", "") + &layer("b", "web", "") + &mercator()));
        assert!(tiles(&both, "http://a/wmts").unwrap_err().message[0].contains("a、b"));
        assert_eq!(tiles(&both, "http://a/wmts?layer=b").unwrap().1, "b的标题");
        assert!(tiles(&both, "http://a/wmts?layer=c").unwrap_err().message[1].contains("no such layer"));
        let degrees = described(&(layer("a", "c", "") + &set("c", "EPSG:4490", &[("1", 1e8)])));
        assert!(tiles(&degrees, "http://a/wmts").unwrap_err().message[0].contains("4490"));
        assert!(tiles("<html/>", "http://a").unwrap_err().message[1].contains("html"));
        assert!(tiles("not XML at all", "http://a").is_err());
    }

    #[test]
    fn a_service_is_asked_to_describe_itself() {
        assert_eq!(description("http://a/wmts"), "http://a/wmts?SERVICE=WMTS&REQUEST=GetCapabilities&VERSION=1.0.0");
        let whole = "http://a/1.0.0/WMTSCapabilities.xml?token=t";
        assert_eq!(description(whole), whole);
    }
}
