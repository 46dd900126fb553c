//! The record of decisions, as the window shows and sends it.

use crate::api::{ChoiceArg, OperationView, OrphanView};
use crate::reattach::Orphan;
use lantu_engine::{Action, Choice, ClassId, DecisionLog, Operation, PartyName};

/// How many operations the window is shown.
const SHOWN: usize = 50;

/// Returns the latest operations, newest first.
pub(crate) fn latest(log: &DecisionLog) -> Vec<OperationView> {
    log.operations().iter().rev().take(SHOWN).map(|operation| operation_view(operation)).collect()
}

/// Returns the operation of a number.
pub(crate) fn by_number(log: &DecisionLog, number: Option<u64>) -> Option<OperationView> {
    log.operations().get(number? as usize - 1).map(|operation| operation_view(operation))
}

/// Returns an operation as the window shows it.
pub(crate) fn operation_view(operation: &Operation) -> OperationView {
    let (kind, conflicts, choice) = match &operation.action {
        Action::Decide { conflicts, choice } => ("decide", conflicts.len(), choice_arg(choice)),
        Action::Slivers(_) => ("slivers", 0, None),
        Action::Rules(_) => ("rules", 0, None),
        Action::Undo(_) => ("undo", 0, None),
        Action::Redo(_) => ("redo", 0, None),
    };
    OperationView {
        number: operation.number as u32,
        who: operation.who.clone(),
        when: operation.when.clone(),
        kind: kind.to_owned(),
        conflicts: conflicts as u32,
        choice,
        reason: operation.reason.clone(),
        basis: operation.basis.clone(),
    }
}

fn choice_arg(choice: &Choice) -> Option<ChoiceArg> {
    Some(match choice {
        Choice::GiveTo(PartyName { layer, fid, .. }) => ChoiceArg::GiveTo { layer: layer.clone(), fid: *fid },
        Choice::GiveToClass(class) => ChoiceArg::GiveToClass { class: class.to_string() },
        Choice::KeepAll => ChoiceArg::KeepAll,
        Choice::OtherClass(class) => ChoiceArg::OtherClass { class: class.to_string() },
        Choice::LeaveEmpty => ChoiceArg::LeaveEmpty,
        Choice::Open => ChoiceArg::Open,
    })
}

/// Returns a decision that fits nothing any more, as the window shows it.
pub(crate) fn orphan(orphan: Orphan) -> OrphanView {
    let (kind, layers, area_m2, lonlat) = match orphan.place {
        Some(place) => (place.kind, place.layers, place.area_m2, place.lonlat),
        None => (String::new(), Vec::new(), 0.0, None),
    };
    OrphanView {
        conflict: orphan.conflict,
        because: orphan.because.to_owned(),
        operation: orphan.operation as u32,
        who: orphan.who,
        when: orphan.when,
        choice: choice_arg(&orphan.choice),
        reason: orphan.reason,
        basis: orphan.basis,
        kind,
        layers,
        area_m2,
        lonlat,
    }
}

/// Returns what a planner chose; a feature still without its content.
pub(crate) fn choice(arg: ChoiceArg) -> Choice {
    match arg {
        ChoiceArg::GiveTo { layer, fid } => Choice::GiveTo(PartyName { layer, fid, content: None }),
        ChoiceArg::GiveToClass { class } => Choice::GiveToClass(ClassId::new(&class)),
        ChoiceArg::KeepAll => Choice::KeepAll,
        ChoiceArg::OtherClass { class } => Choice::OtherClass(ClassId::new(&class)),
        ChoiceArg::LeaveEmpty => Choice::LeaveEmpty,
        ChoiceArg::Open => Choice::Open,
    }
}
