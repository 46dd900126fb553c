//! The record of decisions, as the window shows and sends it.

use crate::api::{ChoiceArg, HistoryPage, ListHistory, OperationView, OrphanView};
use crate::reattach::Orphan;
use lantu_engine::{Action, Choice, ClassId, DecisionLog, Operation, PartyName};

/// How many operations every answer to the window holds; further ones are asked for.
const SHOWN: usize = 50;
/// The longest page.
const PAGE: usize = 500;

/// Returns the latest operations, newest first.
pub(crate) fn latest(log: &DecisionLog) -> Vec<OperationView> {
    log.operations().iter().rev().take(SHOWN).map(|operation| operation_view(operation)).collect()
}

/// Returns a page of the operations that a text is in, newest first.
pub(crate) fn page(log: &DecisionLog, request: &ListHistory) -> HistoryPage {
    let text = request.text.trim().to_lowercase();
    let all = log.operations().iter().rev();
    // Views are made of what is asked for only: a record may have a hundred thousand operations.
    let found: Vec<_> = all.filter(|operation| text.is_empty() || tells(operation, &text, request)).collect();
    let limit = (request.limit as usize).min(PAGE);
    let rows =
        found.iter().skip(request.offset as usize).take(limit).map(|operation| operation_view(operation)).collect();
    HistoryPage { all: log.operations().len() as u32, total: found.len() as u32, rows }
}

/// Whether an operation has a text in it, in small letters; by its own words or by what the window's words stand for.
fn tells(operation: &Operation, text: &str, request: &ListHistory) -> bool {
    let view = operation_view(operation);
    let named = |list: &[String], name: &str| list.iter().any(|known| known == name);
    let (choice, class, party) = match &view.choice {
        Some(ChoiceArg::GiveTo { layer, fid }) => ("give", "", format!("{layer} {fid}")),
        Some(ChoiceArg::GiveToClass { class }) => ("give-class", class.as_str(), String::new()),
        Some(ChoiceArg::OtherClass { class }) => ("other-class", class.as_str(), String::new()),
        Some(ChoiceArg::KeepAll) => ("keep-all", "", String::new()),
        Some(ChoiceArg::LeaveEmpty) => ("leave-empty", "", String::new()),
        Some(ChoiceArg::Open) => ("open", "", String::new()),
        None => ("", "", String::new()),
    };
    // As it is read: a day and a time of day with a blank between them.
    let when = view.when.replace('T', " ");
    let words = [view.number.to_string(), view.who, when, view.reason, view.basis, party];
    named(&request.kinds, &view.kind)
        || named(&request.kinds, choice)
        || named(&request.classes, class)
        || words.iter().any(|words| words.to_lowercase().contains(text))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of 120 decisions: give to a class, by two people, and one undo.
    fn log() -> DecisionLog {
        let mut log = DecisionLog::default();
        for number in 1..=120_u64 {
            let action = match number {
                120 => Action::Undo(119),
                _ => Action::Decide {
                    conflicts: Vec::new(),
                    choice: Choice::GiveToClass(ClassId::new(if number % 2 == 0 { "water" } else { "forest" })),
                },
            };
            let who = if number <= 30 { "王规划" } else { "Li" };
            let operation = Operation {
                number,
                who: who.to_owned(),
                when: "2026-11-28T09:30:00+08:00".to_owned(),
                action,
                reason: format!("理由 {number}"),
                basis: String::new(),
            };
            log.append(operation).unwrap();
        }
        log
    }

    fn asked(text: &str, offset: u32, limit: u32) -> ListHistory {
        ListHistory { text: text.to_owned(), offset, limit, ..ListHistory::default() }
    }

    fn numbers(page: &HistoryPage) -> Vec<u32> {
        page.rows.iter().map(|row| row.number).collect()
    }

    #[test]
    fn the_whole_record_is_there_page_by_page_newest_first() {
        let log = log();
        let page = page(&log, &asked("", 100, 50));
        assert_eq!((page.all, page.total, numbers(&page).len()), (120, 120, 20));
        assert_eq!((numbers(&page)[0], numbers(&page)[19]), (20, 1));
        assert_eq!(latest(&log).len(), SHOWN);
    }

    #[test]
    fn a_text_is_found_however_long_ago_and_words_of_the_window_by_what_they_stand_for() {
        let log = log();
        let by_king = page(&log, &asked(" 王规 ", 0, 5));
        assert_eq!((by_king.total, numbers(&by_king)), (30, vec![30, 29, 28, 27, 26]));
        assert_eq!(numbers(&page(&log, &asked("理由 7", 0, 500))).last(), Some(&7));
        assert_eq!(page(&log, &asked("2026-11-28 09:3", 0, 1)).total, 120);
        assert_eq!(page(&log, &asked("LI", 0, 1)).total, 90);
        let named = |kinds: &[&str], classes: &[&str]| {
            let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
            page(&log, &ListHistory { kinds: owned(kinds), classes: owned(classes), ..asked("某词", 0, 500) }).total
        };
        assert_eq!((named(&["undo"], &[]), named(&[], &["water"]), named(&["give-class"], &[])), (1, 59, 119));
        assert_eq!(named(&[], &[]), 0);
    }
}
