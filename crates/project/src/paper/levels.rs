//! Two-level work on paper: shared borders, their places, and contradictions with the upper plan.

use super::Desk;
use super::tables::{count, titled};
use crate::api::Tally;
use lantu_files::paper::{Block, Cell};

/// The tables, where a layer is a project.
pub(super) fn all(desk: &Desk<'_>) -> Vec<Block> {
    [borders(desk), places(desk), against(desk)].concat()
}

fn cells(tally: Tally) -> [Cell; 2] {
    [count(tally.count), Cell::Number((tally.area_m2 * 100.0).round() / 100.0, 2)]
}

fn borders(desk: &Desk<'_>) -> Vec<Block> {
    let row = |border: &crate::Border| {
        let mut row = vec![border.counties.join(" × ").into()];
        row.extend([border.overlaps, border.open, border.gaps].into_iter().flat_map(cells));
        row
    };
    let columns = [
        ["下级项目", "projects"],
        ["重叠 处", "overlaps"],
        ["重叠 平方米", "overlaps m²"],
        ["待定 处", "open"],
        ["待定 平方米", "open m²"],
        ["空隙 处", "gaps"],
        ["空隙 平方米", "gaps m²"],
    ];
    titled(desk, ["交界", "Shared borders"], &columns, desk.report.levels.borders.iter().map(row).collect())
}

fn places(desk: &Desk<'_>) -> Vec<Block> {
    let row = |place: &crate::BorderPlace| {
        let kind = if place.kind == "gap" { ["空隙", "gap"] } else { ["重叠", "overlap"] };
        let state = match place.state {
            "open" => ["待定", "open"],
            "compatible" => ["类别相容", "compatible classes"],
            "rule" => ["按规则", "by rule"],
            _ => ["人工", "by hand"],
        };
        vec![
            place.id.clone().into(),
            desk.say(kind).into(),
            place.counties.join(" × ").into(),
            place.parties.join("; ").into(),
            desk.say(state).into(),
            Cell::Number(place.area_m2, 2),
            Cell::Number(place.lonlat[0], 7),
            Cell::Number(place.lonlat[1], 7),
        ]
    };
    let columns = [
        ["编号", "id"],
        ["类型", "kind"],
        ["下级项目", "projects"],
        ["各方", "parties"],
        ["状态", "state"],
        ["平面 平方米", "plane m²"],
        ["经度", "longitude"],
        ["纬度", "latitude"],
    ];
    titled(
        desk,
        ["交界各处", "Places on shared borders"],
        &columns,
        desk.report.levels.places.iter().map(row).collect(),
    )
}

fn against(desk: &Desk<'_>) -> Vec<Block> {
    let row = |against: &crate::Against| {
        let mut row = vec![against.county.clone().into(), against.layer.clone().into()];
        row.extend([against.conflicts, against.open].into_iter().flat_map(cells));
        row
    };
    let columns = [
        ["下级项目", "project"],
        ["上级图层", "layer of the upper plan"],
        ["矛盾 处", "contradictions"],
        ["矛盾 平方米", "contradictions m²"],
        ["待定 处", "open"],
        ["待定 平方米", "open m²"],
    ];
    titled(
        desk,
        ["与上级图层的矛盾", "Against the upper plan"],
        &columns,
        desk.report.levels.against.iter().map(row).collect(),
    )
}
