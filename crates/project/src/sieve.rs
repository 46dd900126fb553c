//! Which conflicts a filter lets through.

use crate::api::{Filter, Problem};
use crate::detail::Asked;
use crate::in_districts::InDistricts;
use crate::outcome::Outcome;
use crate::state::State;
use geo::{Coord, Rect};
use lantu_engine::{Basis, ClassId, Conflict, ConflictKind, FeatureRef, LayerInfo, Value};

/// A filter made ready for looking through many conflicts.
pub(crate) struct Sieve<'a> {
    asked: Asked<'a>,
    filter: &'a Filter,
    /// The state that the filter names, if there is such a state.
    state: Option<State>,
    /// The index of the set of classes; `Some(None)` if there is no such set.
    pair: Option<Option<u32>>,
    /// What a name must hold, in small letters.
    text: String,
    /// The number that the text is, if it is one.
    fid: Option<i64>,
    /// Where the text is looked for in each layer.
    layers: Vec<Looked>,
    within: Option<Rect<f64>>,
    /// Where conflicts lie, if a district is wanted.
    districts: Option<&'a InDistricts>,
}

/// Where a text is looked for in a layer.
enum Looked {
    /// Its name holds the text: all of its features pass.
    Layer,
    /// In these places of its features' rows.
    Labels(Vec<usize>),
}

impl<'a> Sieve<'a> {
    /// Returns the sieve of a filter.
    ///
    /// # Errors
    /// A problem if a district is wanted and the project has none.
    pub(crate) fn new(asked: Asked<'a>, filter: &'a Filter) -> Result<Self, Problem> {
        let wanted: Vec<ClassId> = filter.classes.iter().map(|class| ClassId::new(class)).collect();
        let districts = if filter.district.is_empty() { None } else { Some(asked.in_districts()?) };
        let text = filter.text.trim().to_lowercase();
        let partition = &asked.outcome.cut.partition;
        let looked = |layer: &LayerInfo| {
            if holds(&layer.name, &text) {
                return Looked::Layer;
            }
            // All rows of a layer share their fields.
            let fields = (layer.count > 0).then(|| partition.feature(layer.first).attributes.fields());
            let place = |label: &String| fields?.iter().position(|field| **field == **label);
            Looked::Labels(asked.names.label_fields.iter().filter_map(place).collect())
        };
        Ok(Self {
            asked,
            filter,
            pair: (!wanted.is_empty()).then(|| asked.inbox.pair(&wanted)),
            fid: text.parse().ok().filter(|fid: &i64| fid.to_string() == text),
            layers: partition.layers.iter().map(looked).collect(),
            state: State::named(&filter.state),
            text,
            within: filter.within.and_then(|degrees| plane_box(asked, degrees)),
            districts,
        })
    }

    /// Returns whether a conflict passes; what is cheap is asked first.
    pub(crate) fn passes(&self, index: u32) -> bool {
        let outcome: &Outcome = self.asked.outcome;
        let (conflict, decision) = (&outcome.cut.conflicts[index as usize], &outcome.decisions[index as usize]);
        let state = State::of(decision);
        let kind = match self.filter.kind.as_str() {
            "" => conflict.kind != ConflictKind::Gap,
            wanted => conflict.kind.as_str() == wanted,
        };
        // Without a state all are wanted but those that are nobody's question.
        let wanted_state =
            if self.filter.state.is_empty() { state != State::Compatible } else { self.state == Some(state) };
        kind && wanted_state
            && self.filter.sliver.is_none_or(|sliver| sliver == conflict.sliver)
            && self.pair.is_none_or(|pair| pair == Some(self.asked.inbox.pair_of(index)))
            && self.has_rule(&decision.basis)
            && self.has_size(conflict)
            && self.within.is_none_or(|area| touches(area, self.asked.bounds(conflict)))
            && self.districts.is_none_or(|lying| lying.lies_in(index, &self.filter.district))
            && self.has_party(conflict)
            && (self.text.is_empty() || conflict.parties.iter().any(|&party| self.names(party)))
    }

    fn has_rule(&self, basis: &Basis) -> bool {
        match (self.filter.rule.as_str(), basis) {
            ("", _) => true,
            ("-", basis) => *basis == Basis::Nobody,
            (wanted, Basis::Rule(rules)) => **rules == *wanted,
            _ => false,
        }
    }

    fn has_party(&self, conflict: &Conflict) -> bool {
        let partition = &self.asked.outcome.cut.partition;
        let is = |wanted: &crate::api::PartyRef, party: FeatureRef| {
            partition.feature(party).fid == wanted.fid && *partition.layer_of(party).name == *wanted.layer
        };
        self.filter.party.as_ref().is_none_or(|wanted| conflict.parties.iter().any(|&party| is(wanted, party)))
    }

    fn has_size(&self, conflict: &Conflict) -> bool {
        let (filter, measure) = (self.filter, self.asked.measure);
        let between = |value: f64, least: Option<f64>, most: Option<f64>| {
            least.is_none_or(|least| value >= least) && most.is_none_or(|most| value <= most)
        };
        between(measure.m2(conflict.area2), filter.min_area_m2, filter.max_area_m2)
            && between(measure.m(conflict.mean_width()), filter.min_width_m, filter.max_width_m)
    }

    /// Whether the text stands in what a party is called.
    fn names(&self, party: FeatureRef) -> bool {
        let feature = self.asked.outcome.cut.partition.feature(party);
        let says = |place: &usize| match feature.attributes.values().nth(*place) {
            Some(Value::Text(label)) => holds(label, &self.text),
            Some(label) => holds(&label.to_text(), &self.text),
            None => false,
        };
        self.fid == Some(feature.fid)
            || match &self.layers[feature.layer as usize] {
                Looked::Layer => true,
                Looked::Labels(places) => places.iter().any(says),
            }
    }
}

/// Whether a name holds a text of small letters; the name's capitals count as small ones.
fn holds(name: &str, text: &str) -> bool {
    // Most names have no capitals, and a copy of each would cost more than looking through it.
    let capitals = name.chars().any(char::is_uppercase);
    if capitals { name.to_lowercase().contains(text) } else { name.contains(text) }
}

/// The box of the plane around a box in degrees, whose sides bend on the way.
fn plane_box(asked: Asked<'_>, [west, south, east, north]: [f64; 4]) -> Option<Rect<f64>> {
    const STEPS: u32 = 8;
    let at = |k: u32, low: f64, high: f64| low + (high - low) * f64::from(k) / f64::from(STEPS);
    let mut border: Vec<Coord<f64>> = (0..=STEPS)
        .flat_map(|k| {
            let (x, y) = (at(k, west, east), at(k, south, north));
            [(x, south), (x, north), (west, y), (east, y)].map(|(x, y)| Coord { x, y })
        })
        .collect();
    asked.crs.from_lonlat(&mut border).ok()?;
    let finite = border.iter().filter(|c| c.x.is_finite() && c.y.is_finite());
    let boxes = finite.map(|&c| Rect::new(c, c));
    boxes.reduce(|a, b| {
        let (low, high) = ((a.min(), b.min()), (a.max(), b.max()));
        Rect::new(
            Coord { x: low.0.x.min(low.1.x), y: low.0.y.min(low.1.y) },
            Coord { x: high.0.x.max(high.1.x), y: high.0.y.max(high.1.y) },
        )
    })
}

fn touches(a: Rect<f64>, b: Rect<f64>) -> bool {
    a.min().x <= b.max().x && b.min().x <= a.max().x && a.min().y <= b.max().y && b.min().y <= a.max().y
}
