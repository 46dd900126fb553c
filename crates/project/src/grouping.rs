//! The conflicts of a filter, grouped by pair of classes, by district or by feature.

use crate::api::{Group, Groups, ListGroups, PartyRef, Problem, Tally};
use crate::detail::Asked;
use crate::in_districts;
use crate::sieve::Sieve;
use crate::state::State;
use lantu_engine::FeatureRef;
use std::collections::HashMap;
use std::hash::Hash;

/// The most groups that are shown.
const MOST_GROUPS: usize = 1000;

/// Of all conflicts and of those open, count and doubled area.
type Sums = [(u32, i128); 2];

impl Asked<'_> {
    /// Returns the groups of a filter's conflicts.
    pub(crate) fn groups(self, wanted: &ListGroups) -> Result<Groups, Problem> {
        let sieve = Sieve::new(self, &wanted.filter)?;
        let cut = &self.outcome.cut;
        let passing = (0..cut.conflicts.len() as u32).filter(|&index| sieve.passes(index));
        match wanted.by.as_str() {
            "district" => {
                let lying = self.in_districts()?;
                let sums = self.sums(passing.map(|index| (index, lying.at(index))));
                // A district is known by any of its conflicts.
                let first: HashMap<u32, u32> = (0..cut.conflicts.len() as u32).map(|at| (lying.at(at), at)).collect();
                Ok(self.told(sums, |group, at| {
                    let district = lying.district(first[&at]);
                    (group.district, group.name) = (in_districts::code(district), district.name.clone());
                }))
            }
            "feature" => {
                let parties = |index: u32| cut.conflicts[index as usize].parties.iter().copied();
                let sums = self.sums(passing.flat_map(|index| parties(index).map(move |party| (index, party))));
                Ok(self.told(sums, |group, party: FeatureRef| {
                    let feature = cut.partition.feature(party);
                    let layer = cut.partition.layer_of(party).name.to_string();
                    group.classes = vec![feature.class.to_string()];
                    group.name = self.label(&feature.attributes);
                    group.party = Some(PartyRef { layer, fid: feature.fid });
                }))
            }
            _ => {
                let sums = self.sums(passing.map(|index| (index, self.inbox.pair_of(index))));
                Ok(self.told(sums, |group, pair| {
                    group.classes = self.inbox.classes(pair).iter().map(ToString::to_string).collect();
                }))
            }
        }
    }

    fn sums<K: Eq + Hash>(self, keyed: impl Iterator<Item = (u32, K)>) -> HashMap<K, Sums> {
        let mut sums: HashMap<K, Sums> = HashMap::new();
        for (index, key) in keyed {
            let open = self.inbox.state(self.outcome, index) == State::Open;
            for (count, area2) in sums.entry(key).or_default().iter_mut().take(if open { 2 } else { 1 }) {
                *count += 1;
                *area2 += self.outcome.cut.conflicts[index as usize].area2;
            }
        }
        sums
    }

    /// The groups in their order; `name` fills in what only those shown need.
    fn told<K: Ord + Copy>(self, sums: HashMap<K, Sums>, name: impl Fn(&mut Group, K)) -> Groups {
        let mut sums: Vec<(K, Sums)> = sums.into_iter().collect();
        sums.sort_by(|(a, [all, open]), (b, [other_all, other_open])| {
            other_open.1.cmp(&open.1).then(other_all.1.cmp(&all.1)).then(a.cmp(b))
        });
        let total = sums.len() as u32;
        sums.truncate(MOST_GROUPS);
        let tally = |(count, area2): (u32, i128)| Tally { count, area_m2: self.measure.m2(area2) };
        let group = |(key, [all, open]): (K, Sums)| {
            let (tally, open) = (tally(all), tally(open));
            let (classes, district, name_, party) = (Vec::new(), String::new(), String::new(), None);
            let mut group = Group { classes, district, name: name_, party, tally, open };
            name(&mut group, key);
            group
        };
        Groups { total, rows: sums.into_iter().map(group).collect() }
    }
}
