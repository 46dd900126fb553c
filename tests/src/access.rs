//! Whether people who see little or nothing can use a screen: axe-core asks WCAG 2 A and AA of it.

#![allow(clippy::unwrap_used)]

use crate::driver::Driver;
use crate::places::workspace;
use serde_json::json;

/// Returns every rule that the screen breaks, and where.
pub fn broken(d: &Driver, screen: &str) -> Vec<String> {
    if d.script("return typeof window.axe", json!([])) != "object" {
        let path = workspace().join("ui/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}; run npm ci in ui", path.display()));
        d.script(&axe, json!([]));
    }
    // A map is a picture to axe; its contrast is that of the patterns, chosen by hand.
    let ask = "const done = arguments[arguments.length - 1];
        const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
        axe.run({ exclude: ['canvas'] }, { runOnly: tags, resultTypes: ['violations'] }).then(
            ({ violations }) => done(violations.map((v) => v.id + ': ' + v.nodes.slice(0, 4).map((n) => n.html.slice(0, 160) + ' [' + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? '') + ']').join('\\n  '))),
            (error) => done(['axe: ' + error]))";
    let broken: Vec<String> = serde_json::from_value(d.script_later(ask, json!([]))).unwrap();
    broken.into_iter().map(|rule| format!("{screen}: {rule}")).collect()
}
