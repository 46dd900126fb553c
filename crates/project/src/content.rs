//! What a feature is by its shape, so that it is known again under another number.
//!
//! A choice that gives a place to a feature names it by layer and number, as the file has them. A new
//! version of the file may number its features anew; so the choice also keeps the feature's content:
//! a hash of its rings to the millimetre, whatever their order, start and direction.

use crate::load::Loaded;
use geo::{Coord, LineString};
use lantu_engine::{Action, Choice, DecisionLog, Feature};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};

/// A point in whole millimetres.
type Place = [i64; 2];

/// The content of the features of those layers that choices speak of.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    layers: HashMap<String, Features>,
}

#[derive(Debug, Default)]
struct Features {
    of: HashMap<i64, String>,
    with: HashMap<String, i64>,
}

impl Contents {
    /// Returns the contents of the layers that a record gives places to.
    pub(crate) fn of(layers: &[Loaded], log: &DecisionLog) -> Self {
        let spoken_of = spoken_of(log);
        let features = |loaded: &Loaded| {
            let mut features = Features::default();
            for feature in &loaded.layer.features {
                let content = content(feature);
                // Of several alike the lowest number stands for all.
                let first = features.with.entry(content.clone()).or_insert(feature.fid);
                *first = feature.fid.min(*first);
                features.of.insert(feature.fid, content);
            }
            (loaded.layer.name.to_string(), features)
        };
        let layers = layers.iter().filter(|loaded| spoken_of.contains(&*loaded.layer.name)).map(features);
        Self { layers: layers.collect() }
    }

    /// Returns whether the layer was looked at. If not, all choices of its features were made on what
    /// is there now.
    pub(crate) fn know(&self, layer: &str) -> bool {
        self.layers.contains_key(layer)
    }

    /// Returns the number of the feature of this content now: the same if it still has it.
    pub(crate) fn find(&self, layer: &str, fid: i64, content: &str) -> Option<i64> {
        let features = self.layers.get(layer)?;
        let same = features.of.get(&fid).is_some_and(|own| own == content);
        if same { Some(fid) } else { features.with.get(content).copied() }
    }
}

/// Returns the layers that a record gives places to.
pub(crate) fn spoken_of(log: &DecisionLog) -> BTreeSet<String> {
    log.operations().iter().filter_map(|operation| named(&operation.action)).map(str::to_owned).collect()
}

/// The layer that an action gives places to, if it keeps the feature's content.
fn named(action: &Action) -> Option<&str> {
    match action {
        Action::Decide { choice: Choice::GiveTo(party), .. } if party.content.is_some() => Some(&party.layer),
        _ => None,
    }
}

/// Returns the content of a feature: 32 hexadecimal digits.
pub(crate) fn content(feature: &Feature) -> String {
    let mut rings: Vec<Vec<Place>> = feature.polygons.iter().flatten().map(canonical).collect();
    rings.sort_unstable();
    let mut hash = Sha256::new();
    for ring in &rings {
        hash.update((ring.len() as u64).to_le_bytes());
        ring.iter().flatten().for_each(|number| hash.update(number.to_le_bytes()));
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A ring without repeated and closing points, from its lowest point on, counter-clockwise.
fn canonical(ring: &LineString<f64>) -> Vec<Place> {
    // What is not finite becomes 0 or the end of the range, the same every time.
    let place = |c: &Coord<f64>| [c.x, c.y].map(|side| (side * 1e3).round() as i64);
    let mut places: Vec<Place> = ring.0.iter().map(place).collect();
    places.dedup();
    if places.len() > 1 && places.first() == places.last() {
        places.pop();
    }
    let count = places.len();
    let cross = |at: usize| {
        let (a, b) = (places[at], places[(at + 1) % count]);
        i128::from(a[0]) * i128::from(b[1]) - i128::from(a[1]) * i128::from(b[0])
    };
    if (0..count).map(cross).fold(0i128, i128::saturating_add) < 0 {
        places.reverse();
    }
    let lowest = (0..count).min_by_key(|&at| places[at]).unwrap_or(0);
    places.rotate_left(lowest);
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(rings: &[&[(f64, f64)]]) -> Feature {
        Feature {
            polygons: vec![rings.iter().map(|ring| ring.iter().copied().collect()).collect()],
            ..Feature::default()
        }
    }

    #[test]
    fn a_feature_is_the_same_however_its_rings_are_written() {
        let one = feature(&[&[(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 0.0)], &[(2.0, 1.0), (3.0, 1.0), (3.0, 2.0)]]);
        let other =
            feature(&[&[(3.0, 2.0), (3.0, 1.0), (2.0, 1.0)], &[(9.0, 9.000_1), (0.0, 0.0), (9.0, 0.0), (9.0, 9.0)]]);
        assert_eq!(content(&one), content(&other));
        let moved = feature(&[&[(0.0, 0.0), (9.0, 0.0), (9.0, 9.002), (0.0, 0.0)]]);
        assert_ne!(content(&one), content(&moved));
    }

    #[test]
    fn the_hash_that_records_keep_never_changes() {
        let square = feature(&[&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]]);
        assert_eq!(content(&square), "0639be45bf51938a3732bb191c179f7b");
        assert_eq!(content(&feature(&[&[(f64::NAN, 1.0), (f64::INFINITY, 2.0)]])).len(), 32);
    }
}
