//! The tables of slivers: the area moved from class to class, and every patch that was merged.

use super::Desk;
use super::tables::{count, titled};
use crate::rounding::hundredths;
use crate::slivers::{SliverLog, SliverSum};
use lantu_files::paper::{Block, Cell};

/// What a class is called; gaps and what was open have none.
fn class(desk: &Desk<'_>, id: &str) -> String {
    match id {
        "" => desk.say(["空隙或待定", "gap or open"]).to_owned(),
        id => desk.class(Some(id)),
    }
}

/// The area moved from class to class, the largest first.
pub(super) fn by_class(desk: &Desk<'_>) -> Vec<Block> {
    let row = |sum: &SliverSum| {
        let [from, to] = [&sum.from, &sum.to].map(|id| Cell::Text(class(desk, id)));
        vec![from, to, count(sum.tally.count), Cell::Number(hundredths(sum.tally.area_m2), 2)]
    };
    let columns = [["从", "from"], ["到", "to"], ["图斑", "patches"], ["平面面积 平方米", "plane m²"]];
    let rows = desk.report.slivers.by_class.iter().map(row).collect();
    titled(desk, ["碎图斑归并", "Slivers by class"], &columns, rows)
}

/// Every sliver that was merged, with from and to.
pub(super) fn log(desk: &Desk<'_>) -> Vec<Block> {
    let row = |one: &SliverLog| {
        let numbers = [one.area_m2, one.width_m, one.border_m, one.at[0], one.at[1]];
        let [area, width, border, east, north] = numbers.map(|number| Cell::Number(hundredths(number), 2));
        vec![
            class(desk, &one.from).into(),
            one.from_source.clone().into(),
            class(desk, &one.to).into(),
            one.to_source.clone().into(),
            area,
            width,
            border,
            count(one.pass),
            one.conflict.clone().into(),
            east,
            north,
        ]
    };
    let columns = [
        ["从", "from"],
        ["来自", "from feature"],
        ["到", "to"],
        ["并入", "to feature"],
        ["平面 平方米", "plane m²"],
        ["平均宽 米", "mean width m"],
        ["公共边 米", "shared border m"],
        ["遍", "pass"],
        ["冲突", "conflict"],
        ["东", "east"],
        ["北", "north"],
    ];
    let (log, omitted) = (&desk.report.sliver_log, desk.report.slivers_omitted);
    let mut blocks = titled(desk, ["碎图斑记录", "Sliver log"], &columns, log.iter().map(row).collect());
    if omitted > 0 && !blocks.is_empty() {
        let told = [
            format!("列出前 {} 块；另有 {omitted} 块未列出：`--log` 写出全部。", log.len()),
            format!("The first {} are listed; {omitted} more are not: --log writes them all.", log.len()),
        ];
        blocks.insert(1, Block::Text(desk.say(told)));
    }
    blocks
}
