//! Where a server keeps its tiles: an address with blanks for zoom, column and row.
//!
//! All are tiles of the one square web Mercator map that the window draws. CGCS2000 and WGS 84 differ by less than a
//! pixel there. Maps that are shifted on purpose (GCJ-02, BD-09) would lie hundreds of metres beside the layers and are
//! refused by the names of their servers.

use crate::api::Problem;
use crate::problem::problem;
use std::collections::BTreeMap;
use ureq::http::Uri;

/// An address with blanks `{z}`, `{x}` and `{y}`, or `{-y}` for rows that are counted from the south.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Address {
    pub template: String,
    /// What the server calls its zooms, where that is not their number; zooms that it lacks are not in it.
    pub zooms: Option<BTreeMap<u8, String>>,
    /// What `{s}` stands for: several names of one server.
    pub servers: &'static [&'static str],
}

/// Servers whose maps are shifted.
const SHIFTED: [&str; 9] = [
    "autonavi.com",
    "amap.com",
    "gaode.com",
    "map.qq.com",
    "gtimg.com",
    "map.baidu.com",
    "bdimg.com",
    "google.cn",
    "ditu.google.com",
];

impl Address {
    /// Reads an address that names its blanks, or a GetTile request of a WMTS, whose values become blanks.
    /// `None` if it is neither: then it may be that of a WMTS's description.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let named = [("{tilematrix}", "{z}"), ("{tilecol}", "{x}"), ("{tilerow}", "{y}"), ("{zoom}", "{z}")];
        let template = named.into_iter().fold(text.to_owned(), |text, (from, to)| replace_any_case(&text, from, to));
        let has = |blank: &str| template.contains(blank);
        let template =
            if has("{z}") && has("{x}") && (has("{y}") || has("{-y}")) { template } else { get_tile(&template)? };
        Some(Self { template, zooms: None, servers: &["a", "b", "c"] })
    }

    /// Returns the address of a tile, if the server has its zoom.
    pub(super) fn of(&self, z: u8, x: u32, y: u32) -> Option<String> {
        let zoom = match &self.zooms {
            Some(zooms) => zooms.get(&z)?.clone(),
            None => z.to_string(),
        };
        let south = (1_u32 << z).checked_sub(1 + y)?;
        let server = self.servers[(x as usize + y as usize) % self.servers.len()];
        let blanks = [("{z}", zoom), ("{x}", x.to_string()), ("{y}", y.to_string()), ("{-y}", south.to_string())];
        let filled = blanks.iter().fold(self.template.clone(), |text, (blank, value)| text.replace(blank, value));
        Some(filled.replace("{s}", server))
    }

    /// Returns the server's name as people are told it, without its subdomains that stand for each other.
    pub(super) fn server(&self) -> Result<String, Problem> {
        let shown = without_server_number(&self.template);
        let shown = ["{z}", "{x}", "{y}", "{-y}"].iter().fold(shown, |text, blank| text.replace(blank, "0"));
        server_of(&shown)
    }
}

/// An address without the part of the server's name that only tells servers of one kind apart: `t{s}.`, `{s}.`.
fn without_server_number(template: &str) -> String {
    let Some(blank) = template.find("{s}") else { return template.to_owned() };
    let begins = template[..blank].rfind(['/', '.', '@']).map_or(0, |at| at + 1);
    let ends = template[blank..].find('.').map_or(template.len(), |at| blank + at + 1);
    format!("{}{}", &template[..begins], &template[ends..])
}

/// Returns the server that an address leads to.
///
/// # Errors
/// A problem if it leads nowhere on the web, or to maps that are shifted on purpose.
pub(super) fn server_of(address: &str) -> Result<String, Problem> {
    let uri: Option<Uri> = address.trim().parse().ok();
    let known = uri.filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
    let Some(server) = known.as_ref().and_then(Uri::authority) else {
        return Err(no_address());
    };
    let host = server.host().to_ascii_lowercase();
    if SHIFTED.iter().any(|name| host == *name || host.ends_with(&format!(".{name}"))) {
        return Err(shifted(&host));
    }
    // Whoever stands before an @ is a secret.
    Ok(server.as_str().rsplit('@').next().unwrap_or_default().to_owned())
}

/// Turns a request for one tile into one for any.
fn get_tile(address: &str) -> Option<String> {
    let (path, query) = address.split_once('?')?;
    let parts: Vec<(&str, &str)> = query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .collect();
    let value = |key: &str| parts.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| *value);
    if !value("request")?.eq_ignore_ascii_case("gettile") {
        return None;
    }
    let filled = parts.iter().map(|(name, value)| match name.to_ascii_lowercase().as_str() {
        // Some call their zooms `EPSG:3857:12`.
        "tilematrix" => format!("{name}={}{{z}}", value.trim_end_matches(|letter: char| letter.is_ascii_digit())),
        "tilecol" => format!("{name}={{x}}"),
        "tilerow" => format!("{name}={{y}}"),
        _ => format!("{name}={value}"),
    });
    let mut filled: Vec<String> = filled.collect();
    for (name, blank) in [("tilematrix", "{z}"), ("tilecol", "{x}"), ("tilerow", "{y}")] {
        if value(name).is_none() {
            filled.push(format!("{}={blank}", name.to_ascii_uppercase()));
        }
    }
    Some(format!("{path}?{}", filled.join("&")))
}

fn replace_any_case(text: &str, from: &str, to: &str) -> String {
    match text.to_ascii_lowercase().find(from) {
        Some(at) => format!("{}{to}{}", &text[..at], &text[at + from.len()..]),
        None => text.to_owned(),
    }
}

/// The ground of a Tianditu map and, if wanted, its names.
///
/// # Errors
/// A problem if there is no such map or no key.
pub(super) fn tianditu(map: &str, labels: bool, key: &str) -> Result<Vec<Address>, Problem> {
    let key = key.trim();
    if key.is_empty() || !key.chars().all(|letter| letter.is_ascii_alphanumeric()) {
        let message = ["请填写天地图密钥。", "A key for Tianditu is needed."].map(str::to_owned);
        let hint = [
            "密钥是一串字母和数字，在天地图网站的控制台申请，类型选“服务器端”。",
            "It is a word of letters and digits, to be had from the console of Tianditu's web site; choose the kind for servers.",
        ];
        return Err(problem(message, hint));
    }
    let names = match map {
        "img" => "cia",
        "vec" => "cva",
        "ter" => "cta",
        other => {
            let message =
                [format!("天地图没有名为 {other} 的底图。"), format!("Tianditu has no base map called {other}.")];
            return Err(problem(message, ["可选 img、vec、ter。", "There are img, vec and ter."]));
        }
    };
    let of = |layer: &str| Address {
        template: format!(
            "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}\
             &STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
        ),
        zooms: None,
        servers: &["0", "1", "2", "3", "4", "5", "6", "7"],
    };
    Ok([Some(map), labels.then_some(names)].into_iter().flatten().map(of).collect())
}

fn no_address() -> Problem {
    let message = ["这不是瓦片服务的地址。", "This is no address of tiles."].map(str::to_owned);
    let hint = [
        "地址以 https:// 或 http:// 开头，写明 {z}、{x}、{y}；WMTS 可填服务地址或 GetTile 地址。",
        "It begins with https:// or http:// and has {z}, {x} and {y}; for a WMTS give the address of the service or of a tile.",
    ];
    problem(message, hint)
}

fn shifted(host: &str) -> Problem {
    let message = [
        format!("{host} 的地图按 GCJ-02（或 BD-09）加密偏移，与规划数据相差数百米，不能作底图。"),
        format!(
            "The maps of {host} are shifted on purpose (GCJ-02 or BD-09): they lie hundreds of metres beside planning data."
        ),
    ];
    problem(message, ["可用天地图或本单位的瓦片服务。", "Use Tianditu or tiles of your own office."])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_filled_in_with_its_own_blanks() {
        let at = |text: &str| Address::read(text).and_then(|address| address.of(3, 5, 1)).unwrap();
        assert_eq!(at("https://{s}.tiles.org/{z}/{x}/{y}.png"), "https://a.tiles.org/3/5/1.png");
        assert_eq!(at("http://a/{TileMatrix}/{TileRow}/{TileCol}"), "http://a/3/1/5");
        assert_eq!(at("http://a/{z}/{x}/{-y}.jpg?t=1"), "http://a/3/5/6.jpg?t=1");
        assert_eq!(
            at("http://a/wmts?Request=GetTile&LAYER=x&TileMatrix=EPSG:3857:12&TileRow=1&TileCol=2&tk=k"),
            "http://a/wmts?Request=GetTile&LAYER=x&TileMatrix=EPSG:3857:3&TileRow=1&TileCol=5&tk=k"
        );
        assert_eq!(Address::read("http://a/wmts?request=GetCapabilities"), None);
    }

    #[test]
    fn the_server_is_told_without_what_is_secret() {
        let server = |text: &str| Address::read(text).unwrap().server();
        assert_eq!(server("https://{s}.tiles.org/{z}/{x}/{y}?tk=key").unwrap(), "tiles.org");
        assert_eq!(server("https://me:word@10.1.1.1:8080/{z}/{x}/{y}").unwrap(), "10.1.1.1:8080");
        assert!(server("file:///{z}/{x}/{y}").is_err());
    }

    #[test]
    fn maps_that_are_shifted_on_purpose_are_refused_by_name() {
        let address = "https://webrd01.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}";
        let problem = Address::read(address).unwrap().server().unwrap_err();
        assert!(problem.message[0].contains("GCJ-02"), "{problem:?}");
        assert!(Address::read("https://notamap.com/{z}/{x}/{y}").unwrap().server().is_ok());
    }

    #[test]
    fn tianditu_is_asked_for_the_web_mercator_matrix_set_with_the_planners_key() {
        let [ground, names] = tianditu("img", true, "abc123").unwrap().try_into().unwrap();
        let at = ground.of(4, 13, 6).unwrap();
        assert!(at.starts_with("https://t3.tianditu.gov.cn/img_w/wmts?"), "{at}");
        assert!(at.contains("TILEMATRIXSET=w") && at.contains("TILEMATRIX=4&TILEROW=6&TILECOL=13&tk=abc123"), "{at}");
        assert!(names.of(4, 13, 6).unwrap().contains("/cia_w/"));
        assert_eq!(ground.server().unwrap(), "tianditu.gov.cn");
        assert!(tianditu("img", true, " ").is_err() && tianditu("xyz", true, "abc").is_err());
    }
}
