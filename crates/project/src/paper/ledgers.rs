//! The tables of balances: ledger of replacement, targets, control lines, shoreline.

use super::Desk;
use super::tables::{areas, decided, region, titled, with_areas};
use crate::balances::{LedgerRow, Light, LineRow, TargetRow, TurnRow};
use crate::rounding::hundredths;
use crate::shoreline::ShoreRow;
use lantu_files::paper::{Block, Cell};

/// All of them that have a row.
pub(super) fn all(desk: &Desk<'_>) -> Vec<Block> {
    [ledger(desk), turns(desk), targets(desk), lines(desk), shoreline(desk)].concat()
}

fn light(desk: &Desk<'_>, light: Light) -> Cell {
    let (words, colour) = match light {
        Light::Green => (["绿", "green"], [0xc6, 0xe0, 0xb4]),
        Light::Yellow => (["黄", "yellow"], [0xff, 0xe6, 0x99]),
        Light::Red => (["红", "red"], [0xf4, 0xb0, 0x9c]),
    };
    Cell::Marked(desk.say(words).to_owned(), colour)
}

/// The mark of what `seeds/districts.toml` says.
const UNSURE: [&str; 2] = [
    "市按行政区划代码前四位认定；省直辖的县级单位不属于任何市（惯例，待核）。",
    "A city is told by the first four digits of a code; counties directly under a province belong to none (custom, to be checked).",
];

fn ledger(desk: &Desk<'_>) -> Vec<Block> {
    let row = |row: &LedgerRow| {
        let hectares = [&row.lost, &row.added, &row.pending].map(|area| Cell::Number(area.ellipsoid.ha, 4));
        let mut cells = vec![row.code.clone().into(), region(desk, &row.code, &row.name).into()];
        cells.extend(hectares);
        let covered = row.covered_in_city_m2.map_or(Cell::Empty, |m2| Cell::Number(m2, 2));
        cells.extend([Cell::Number(row.owed_m2, 2), covered, light(desk, row.light)]);
        cells
    };
    let columns = [
        ["代码", "code"],
        ["行政区", "district"],
        ["调出 公顷", "lost ha"],
        ["补入 公顷", "added ha"],
        ["待定 公顷", "pending ha"],
        ["尚需补划 平方米", "owed m²"],
        ["其中市内已补 平方米", "covered within the city m²"],
        ["", ""],
    ];
    let rows = &desk.report.balances.ledger;
    let mut blocks = titled(desk, ["补划台账", "Replacement ledger"], &columns, rows.iter().map(row).collect());
    if rows.iter().any(|row| row.covered_in_city_m2.is_some_and(|covered| covered > 0.0)) {
        blocks.push(Block::Text(desk.say(UNSURE).to_owned()));
    }
    blocks
}

fn turns(desk: &Desk<'_>) -> Vec<Block> {
    let row = |row: &TurnRow| {
        let turn = desk.say(match row.turn {
            "lost" => ["调出", "lost"],
            "added" => ["补入", "added"],
            _ => ["待定", "pending"],
        });
        let class = if row.turn == "pending" { String::new() } else { desk.class(row.class.as_deref()) };
        let words = [turn.to_owned(), class, decided(desk, &row.decided)];
        words.into_iter().map(Cell::Text).chain(areas(&row.area)).collect()
    };
    let columns = with_areas(&[["变化", "turn"], ["现类别", "class now"], ["依据", "decided by"]]);
    titled(desk, ["补划明细", "Ledger entries"], &columns, desk.report.balances.turns.iter().map(row).collect())
}

fn targets(desk: &Desk<'_>) -> Vec<Block> {
    let hectares = |m2: Option<f64>| m2.map_or(Cell::Empty, |m2| Cell::Number(m2.round() / 1e4, 4));
    let row = |row: &TargetRow| {
        vec![
            desk.class(Some(&row.class)).into(),
            row.district.clone().into(),
            hectares(row.at_least_m2),
            hectares(row.at_most_m2),
            Cell::Number(row.has.ellipsoid.ha, 4),
            Cell::Number(row.possible.ellipsoid.ha, 4),
            light(desk, row.light),
        ]
    };
    let columns = [
        ["类别", "class"],
        ["行政区代码", "district"],
        ["不少于 公顷", "at least ha"],
        ["不超过 公顷", "at most ha"],
        ["现有 公顷", "has ha"],
        ["待定 公顷", "open ha"],
        ["", ""],
    ];
    titled(desk, ["指标", "Targets"], &columns, desk.report.balances.targets.iter().map(row).collect())
}

fn lines(desk: &Desk<'_>) -> Vec<Block> {
    let row = |row: &LineRow| {
        let words = [desk.class(Some(&row.class)), row.code.clone(), region(desk, &row.code, &row.name)];
        let mut cells: Vec<Cell> = words.into_iter().map(Cell::Text).chain(areas(&row.area)).collect();
        cells.push(row.share.map_or(Cell::Empty, |share| Cell::Number(share, 2)));
        cells.push(row.of.clone().unwrap_or_default().into());
        cells
    };
    let mut columns = with_areas(&[["控制线", "line"], ["代码", "code"], ["行政区", "district"]]);
    columns.extend([["占比 %", "share %"], ["占比所依图层", "share of layer"]]);
    titled(desk, ["控制线", "Control lines"], &columns, desk.report.balances.lines.iter().map(row).collect())
}

fn shoreline(desk: &Desk<'_>) -> Vec<Block> {
    let row = |row: &ShoreRow| {
        let mut cells = vec![row.code.clone().into(), region(desk, &row.code, &row.name).into()];
        cells.extend([row.length_m, row.built_m, row.kept].map(|number| Cell::Number(hundredths(number), 2)));
        cells.push(row.light.map_or(Cell::Empty, |state| light(desk, state)));
        cells
    };
    let columns = [
        ["代码", "code"],
        ["行政区", "district"],
        ["岸线 米（平面）", "shoreline m (plane)"],
        ["建设占用 米", "built m"],
        ["保有率 %", "kept %"],
        ["", ""],
    ];
    titled(desk, ["岸线", "Shoreline"], &columns, desk.report.balances.shoreline.iter().map(row).collect())
}
