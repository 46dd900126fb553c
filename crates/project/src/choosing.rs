//! What a planner chooses: for which conflicts, whether it can apply to them, and what it would change.

use crate::api::{ChoiceArg, ClassChange, Lock, Problem, Rows, Suppose, Supposed};
use crate::detail::Asked;
use crate::history;
use crate::outcome::Outcome;
use crate::problem;
use crate::project::Open;
use crate::totals::sums_by_class;
use lantu_engine::{
    Action, Choice, ClassId, Conflict, ConflictId, ConflictKind, Decision, DecisionLog, Operation, Partition, RuleSet,
    Unwatched, Verdict, decide,
};
use std::collections::HashMap;

/// How many conflicts a preview shows.
const SAMPLE: usize = 5;
/// What the ground of no class is called: it stays empty.
const EMPTY: &str = "-";

/// Says that a conflict is locked.
pub(crate) fn locked_fast() -> Problem {
    problem::problem(
        ["这处冲突的裁定已锁定。", "The decision of this conflict is locked."].map(str::to_owned),
        ["要改裁定，请先在详情中解锁。", "Unlock it in its detail first."],
    )
}

/// Says so if other rules would decide a locked conflict otherwise.
pub(crate) fn locks_hold(open: &Open, rules: &RuleSet) -> Result<(), Problem> {
    let Some(found) = &open.result else {
        return if open.edits.all_locked().next().is_none() { Ok(()) } else { Err(problem::no_result()) };
    };
    let Outcome { cut, log, decisions, .. } = &*found.outcome;
    let at: Vec<u32> = open.edits.all_locked().filter_map(|id| cut.find(id)).collect();
    let locked: Vec<Conflict> = at.iter().map(|&index| cut.conflicts[index as usize].clone()).collect();
    let then = decide(&cut.partition, &locked, rules, log, &Unwatched)?.value;
    let stays = |(&index, then): (&u32, &Decision)| {
        let now = &decisions[index as usize];
        (&now.verdict, &now.kept) == (&then.verdict, &then.kept)
    };
    let moved = at.iter().zip(&then).filter(|one| !stays(*one)).count();
    if moved == 0 {
        return Ok(());
    }
    let message = [
        format!("这些规则会改变 {moved} 处已锁定的裁定。"),
        format!("These rules would change {moved} decisions that are locked."),
    ];
    Err(problem::problem(message, ["请先解锁，或调整规则。", "Unlock them first, or change the rules otherwise."]))
}

fn still_open() -> Problem {
    problem::problem(
        ["待定的冲突不能锁定。", "An open conflict cannot be locked."].map(str::to_owned),
        ["请先裁定。", "Decide it first."],
    )
}

impl Asked<'_> {
    /// Returns the conflicts that a choice is for. Of rows those are left out that it does not apply
    /// to; a conflict that was named must be one that it applies to.
    pub(crate) fn chosen(
        self,
        conflicts: &[String],
        rows: Option<&Rows>,
        choice: &Choice,
    ) -> Result<Vec<ConflictId>, Problem> {
        let (wanted, _) = self.split(conflicts, rows, choice)?;
        if wanted.is_empty() {
            return Err(nothing_chosen());
        }
        Ok(wanted.iter().map(|&index| self.outcome.cut.conflicts[index as usize].id).collect())
    }

    /// Returns the ids of conflicts to lock or unlock; only a decided one can be locked.
    pub(crate) fn lockable(self, wanted: &Lock) -> Result<Vec<ConflictId>, Problem> {
        let one = |id: &String| {
            let index = self.index(id)? as usize;
            if wanted.locked && self.outcome.decisions[index].verdict == Verdict::Open {
                return Err(still_open());
            }
            Ok(self.outcome.cut.conflicts[index].id)
        };
        wanted.conflicts.iter().map(one).collect()
    }

    /// What a choice applies to, and what it is passed over for.
    fn split(
        self,
        conflicts: &[String],
        rows: Option<&Rows>,
        choice: &Choice,
    ) -> Result<(Vec<u32>, Vec<u32>), Problem> {
        let cut = &self.outcome.cut;
        let locked = |index: u32| self.edits.locks(cut.conflicts[index as usize].id);
        let fits = |&index: &u32| !locked(index) && applies(&cut.partition, &cut.conflicts[index as usize], choice);
        let named: Vec<u32> = conflicts.iter().map(|id| self.index(id)).collect::<Result<_, _>>()?;
        if named.iter().any(|&index| locked(index)) {
            return Err(locked_fast());
        }
        if let Some(&strange) = named.iter().find(|index| !fits(index)) {
            return Err(does_not_apply(&cut.conflicts[strange as usize], choice));
        }
        let listed = rows.map_or_else(|| Ok(Vec::new()), |rows| self.rows(rows))?;
        Ok(named.into_iter().chain(listed).partition(fits))
    }

    /// Returns what a choice would change; nothing is changed.
    pub(crate) fn suppose(self, wanted: Suppose) -> Result<Supposed, Problem> {
        let choice = history::choice(wanted.choice);
        let (applies, skipped) = self.split(&wanted.conflicts, wanted.rows.as_ref(), &choice)?;
        let cut = &self.outcome.cut;
        let tally = |indices: &[u32]| self.measure.of_conflicts(indices.iter().map(|&i| &cut.conflicts[i as usize]));
        Ok(Supposed {
            applies: tally(&applies),
            skipped: tally(&skipped),
            changes: self.changes(&applies, choice)?,
            sample: applies.iter().take(SAMPLE).map(|&index| self.inbox.row(self.outcome, index)).collect(),
        })
    }

    fn changes(self, indices: &[u32], choice: Choice) -> Result<Vec<ClassChange>, Problem> {
        let cut = &self.outcome.cut;
        let conflicts: Vec<Conflict> = indices.iter().map(|&index| cut.conflicts[index as usize].clone()).collect();
        let log = only(conflicts.iter().map(|conflict| conflict.id).collect(), choice)?;
        let then = decide(&cut.partition, &conflicts, &self.outcome.rules, &log, &Unwatched)?.value;
        let mut moved: HashMap<&str, i128> = HashMap::new();
        for (&index, (conflict, decision)) in indices.iter().zip(conflicts.iter().zip(&then)) {
            *moved.entry(self.class_of(index)).or_default() -= conflict.area2;
            *moved.entry(self.class_then(decision)).or_default() += conflict.area2;
        }
        moved.retain(|_, area2| *area2 != 0);
        let now = sums_by_class(self.outcome);
        let mut changes: Vec<(i128, ClassChange)> = moved
            .into_iter()
            .map(|(class, by2)| {
                let now2 = now.get(class).map_or(0, |sum| sum.area2);
                // Ground that stays empty has no patches: only what is at hand can be told.
                let now2 = if class == EMPTY { (-by2).max(0) } else { now2 };
                let [before_m2, after_m2] = [now2, now2 + by2].map(|area2| self.measure.m2(area2));
                (by2.abs(), ClassChange { class: class.to_owned(), before_m2, after_m2 })
            })
            .collect();
        changes.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.class.cmp(&other.class)));
        Ok(changes.into_iter().map(|(_, change)| change).collect())
    }

    /// The class that a conflict's ground has in the blueprint.
    fn class_of(&self, index: u32) -> &str {
        let blueprint = &self.outcome.blueprint;
        let face = self.outcome.cut.conflicts[index as usize].faces[0];
        let patch = blueprint.patches.get(blueprint.patch_of[face as usize] as usize);
        patch.map_or(EMPTY, |patch| patch.class.as_ref().map_or("", ClassId::as_str))
    }

    /// The class that a decision gives, as composing would name it.
    fn class_then<'d>(&'d self, decision: &'d Decision) -> &'d str {
        let partition = &self.outcome.cut.partition;
        let class = |party| &partition.feature(party).class;
        let rank = |&party: &lantu_engine::FeatureRef| (self.outcome.rules.rank(class(party)), party);
        match &decision.verdict {
            Verdict::GiveTo(winner) => class(*winner).as_str(),
            Verdict::OtherClass(other) => other.as_str(),
            Verdict::KeepAll => {
                let naming = decision.kept.iter().copied().min_by_key(rank);
                naming.map_or("", |party| class(party).as_str())
            }
            // An open gap stays empty, as composing leaves it.
            Verdict::Open if decision.kept.is_empty() => EMPTY,
            Verdict::Open => "",
            Verdict::LeaveEmpty => EMPTY,
        }
    }
}

/// A record of one operation that nobody has made.
fn only(conflicts: Vec<ConflictId>, choice: Choice) -> Result<DecisionLog, Problem> {
    let action = Action::Decide { conflicts, choice };
    let nothing = String::new;
    let operation =
        Operation { number: 1, who: nothing(), when: nothing(), action, reason: nothing(), basis: nothing() };
    let mut log = DecisionLog::default();
    log.append(operation).map_err(|cause| problem::fault(&cause.to_string()))?;
    Ok(log)
}

/// Returns whether a choice can apply to a conflict.
fn applies(partition: &Partition, conflict: &Conflict, choice: &Choice) -> bool {
    match choice {
        Choice::GiveTo(name) => conflict
            .parties
            .iter()
            .any(|&party| partition.feature(party).fid == name.fid && *partition.layer_of(party).name == *name.layer),
        Choice::GiveToClass(class) => conflict.parties.iter().any(|&party| partition.feature(party).class == *class),
        Choice::KeepAll => !conflict.parties.is_empty(),
        Choice::OtherClass(_) | Choice::LeaveEmpty | Choice::Open => true,
    }
}

fn does_not_apply(conflict: &Conflict, choice: &Choice) -> Problem {
    let gap = conflict.kind == ConflictKind::Gap;
    let message = match choice {
        Choice::KeepAll => [
            "这处是空隙，没有任何一方可以保留。".to_owned(),
            "This place is a gap: there is no party to keep.".to_owned(),
        ],
        _ if gap => [
            "这处是空隙，没有可以归属的一方。".to_owned(),
            "This place is a gap: there is no party to give it to.".to_owned(),
        ],
        Choice::GiveTo(name) => [
            format!("图层“{}”的要素 {} 不是这处冲突的一方。", name.layer, name.fid),
            format!("Feature {} of layer \"{}\" is no party of this conflict.", name.fid, name.layer),
        ],
        _ => ["这处冲突中没有这个类别的一方。".to_owned(), "No party of this conflict has that class.".to_owned()],
    };
    let hint = if gap {
        ["空隙可以改为某个类别，或留空。", "A gap can become a class or be left empty."]
    } else {
        ["请选择这处冲突的一方，或改为其他类别。", "Choose one of its parties, or another class."]
    };
    problem::problem(message, hint)
}

fn nothing_chosen() -> Problem {
    problem::nothing_there(
        ["没有一处冲突适用这一选择。", "The choice applies to none of the conflicts."],
        ["请放宽筛选，或换一种选择。", "Widen the filter or choose otherwise."],
    )
}

/// Returns the class that a choice names, if it must be one that is known here.
pub(crate) fn class_named(choice: &ChoiceArg) -> Option<&str> {
    match choice {
        ChoiceArg::OtherClass { class } => Some(class),
        _ => None,
    }
}
