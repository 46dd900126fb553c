//! What a conflict has come to.

use lantu_engine::{Basis, Decision, Verdict};

/// The state of a conflict. A gap that nobody has filled is no open question: it stays empty by rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum State {
    /// Nobody has decided it, or it is to stay open.
    Open,
    /// A person has.
    Hand,
    /// Its parties' classes may lie over each other.
    Compatible,
    /// A rule has.
    Rule,
}

impl State {
    /// All of them, in their order.
    pub(crate) const ALL: [Self; 4] = [Self::Open, Self::Hand, Self::Compatible, Self::Rule];

    /// Returns the state that a decision means.
    pub(crate) fn of(decision: &Decision) -> Self {
        match (&decision.verdict, &decision.basis) {
            (Verdict::Open, _) => Self::Open,
            (_, Basis::Choice(_)) => Self::Hand,
            (_, Basis::Compatible) => Self::Compatible,
            (_, Basis::Rule(_) | Basis::Nobody) => Self::Rule,
        }
    }

    /// Returns its name, as list, map and papers have it: `open`, `hand`, `compatible` or `rule`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Hand => "hand",
            Self::Compatible => "compatible",
            Self::Rule => "rule",
        }
    }

    /// Returns the state of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_named_after_who_decided() {
        let state = |verdict, basis| State::of(&Decision { verdict, basis, kept: lantu_engine::Few::default() }).name();
        assert_eq!(state(Verdict::Open, Basis::Choice(3)), "open");
        assert_eq!(state(Verdict::Open, Basis::Rule("R9".into())), "open");
        assert_eq!(state(Verdict::KeepAll, Basis::Choice(3)), "hand");
        assert_eq!(state(Verdict::KeepAll, Basis::Compatible), "compatible");
        assert_eq!(state(Verdict::KeepAll, Basis::Rule("R1".into())), "rule");
        assert_eq!(state(Verdict::LeaveEmpty, Basis::Nobody), "rule");
    }

    #[test]
    fn every_state_is_found_by_its_name() {
        assert_eq!(State::ALL.map(|state| State::named(state.name())), State::ALL.map(Some));
        assert_eq!(State::named(""), None);
    }
}
