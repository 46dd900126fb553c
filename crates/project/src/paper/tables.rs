//! The tables of a report: overview, classes, what overlaps, districts, accounts; conflicts, slivers,
//! decisions without a conflict, findings and the proof.

use super::charts::STATES;
use super::{Desk, slivers};
use crate::found::finding_name;
use crate::report::ListedConflict;
use crate::rounding::Area;
use crate::statistics::{DecidedBy, Fate};
use lantu_files::paper::{Block, Cell, Table};

/// A heading and its table.
pub(super) fn titled(desk: &Desk<'_>, name: [&str; 2], columns: &[[&str; 2]], rows: Vec<Vec<Cell>>) -> Vec<Block> {
    if rows.is_empty() {
        return Vec::new();
    }
    let name = desk.say(name).to_owned();
    let columns = columns.iter().map(|&both| desk.say(both).to_owned()).collect();
    vec![Block::Heading(name.clone()), Block::Table(Table { name, columns, rows })]
}

pub(super) const AREAS: [[&str; 2]; 3] =
    [["椭球面积 公顷", "ellipsoid ha"], ["椭球面积 亩", "ellipsoid mu"], ["平面面积 公顷", "plane ha"]];

pub(super) fn areas(area: &Area) -> [Cell; 3] {
    [Cell::Number(area.ellipsoid.ha, 4), Cell::Number(area.ellipsoid.mu, 2), Cell::Number(area.plane.ha, 4)]
}

pub(super) fn count(number: impl Into<u64>) -> Cell {
    Cell::Number(number.into() as f64, 0)
}

/// A column of words and the columns of areas.
pub(super) fn with_areas<'a>(before: &[[&'a str; 2]]) -> Vec<[&'a str; 2]> {
    before.iter().copied().chain(AREAS).collect()
}

/// Overview, classes, overlaps, districts, accounts and the proof.
pub(super) fn all(desk: &Desk<'_>) -> Vec<Block> {
    [
        overview(desk),
        classes(desk),
        pairs(desk),
        regions(desk),
        region_classes(desk),
        accounts(desk),
        slivers::by_class(desk),
        proof(desk),
    ]
    .concat()
}

/// What is listed one by one: conflicts, merged slivers, decisions that lost theirs, findings.
pub(super) fn listed(desk: &Desk<'_>) -> Vec<Block> {
    [chosen(desk), conflicts(desk), slivers::log(desk), orphans(desk), findings(desk)].concat()
}

fn overview(desk: &Desk<'_>) -> Vec<Block> {
    let (report, found) = (desk.report, &desk.report.conflicts);
    let row = |both: [&str; 2], many: u32, m2: Option<f64>| {
        vec![
            desk.say(both).into(),
            count(many),
            m2.map_or(Cell::Empty, |m2| Cell::Number((m2 * 100.0).round() / 100.0, 2)),
        ]
    };
    let rows = vec![
        row(["图层", "layers"], report.layers.len() as u32, None),
        row(["蓝图图斑", "patches of the blueprint"], report.blueprint.patches, Some(report.blueprint.area_m2)),
        row(["重叠图斑", "overlapping patches"], found.count, Some(found.area_m2)),
        row(["其中：可以并存", "of these compatible"], found.compatible.count, Some(found.compatible.area_m2)),
        row(["按规则裁定", "decided by rule"], found.by_rule.count, Some(found.by_rule.area_m2)),
        row(["人工裁定", "decided by hand"], found.by_hand.count, Some(found.by_hand.area_m2)),
        row(["待定", "open"], found.open, Some(found.open_area_m2)),
        row(["层内重叠", "overlaps within a layer"], found.self_overlaps.count, Some(found.self_overlaps.area_m2)),
        row(["空隙", "gaps"], found.gaps.count, Some(found.gaps.area_m2)),
        row(["碎片", "slivers"], found.slivers.count, Some(found.slivers.area_m2)),
    ];
    titled(desk, ["概况", "Overview"], &[["", ""], ["个数", "count"], ["平面面积 平方米", "plane m²"]], rows)
}

fn classes(desk: &Desk<'_>) -> Vec<Block> {
    let Some(whole) = desk.report.regions.first() else { return Vec::new() };
    let row = |class: Option<&str>, name: String, unsure: bool, area: &Area| {
        let sure = if unsure { certainty(desk, Some(false)) } else { "" };
        let mut row = vec![name.into(), class.unwrap_or_default().into(), sure.into()];
        row.extend(areas(area));
        row.push(Cell::Number(area.ellipsoid.km2, 6));
        row
    };
    let mut rows: Vec<Vec<Cell>> = whole
        .classes
        .iter()
        .map(|class| row(class.class.as_deref(), desk.class(class.class.as_deref()), class.to_be_checked, &class.area))
        .collect();
    rows.push(row(None, desk.say(["合计", "total"]).to_owned(), false, &whole.blueprint));
    let mut columns = with_areas(&[["类别", "class"], ["代码", "id"], ["名称出处", "source of the name"]]);
    columns.push(["椭球面积 平方公里", "ellipsoid km²"]);
    titled(desk, ["类别", "Classes"], &columns, rows)
}

fn pairs(desk: &Desk<'_>) -> Vec<Block> {
    let mut pairs: Vec<_> = desk.report.conflicts.by_pair.iter().collect();
    pairs.sort_by(|a, b| b.area_m2.total_cmp(&a.area_m2));
    let row = |pair: &&crate::report::PairReport| {
        vec![
            pair.parties.join(" × ").into(),
            count(pair.count),
            Cell::Number((pair.area_m2 * 100.0).round() / 100.0, 2),
        ]
    };
    let columns = [["图层", "layers"], ["图斑", "patches"], ["平面面积 平方米", "plane m²"]];
    titled(desk, ["重叠矩阵", "Overlap matrix"], &columns, pairs.iter().map(row).collect())
}

/// What a region is called in tables.
pub(super) fn region(desk: &Desk<'_>, code: &str, name: &str) -> String {
    match code {
        "" => desk.say(["全部", "all"]).to_owned(),
        "-" => desk.say(["行政区以外", "outside all districts"]).to_owned(),
        _ => name.to_owned(),
    }
}

/// What a state of conflicts is called.
pub(super) fn state(desk: &Desk<'_>, state: &str) -> &'static str {
    desk.say(match state {
        "open" => ["待定", "open"],
        "rule" => ["按规则裁定", "decided by rule"],
        "hand" => ["人工裁定", "decided by hand"],
        _ => ["可以并存", "compatible"],
    })
}

fn regions(desk: &Desk<'_>) -> Vec<Block> {
    let row = |of: &crate::regions::Region| {
        let mut row = vec![of.code.as_str().into(), region(desk, &of.code, &of.name).into()];
        row.extend(areas(&of.blueprint));
        for (state, _) in STATES {
            let found = of.conflicts.get(state);
            row.push(count(found.map_or(0, |found| found.count)));
            row.push(Cell::Number(found.map_or(0.0, |found| found.area.ellipsoid.ha), 4));
        }
        row
    };
    let mut columns = with_areas(&[["代码", "code"], ["行政区", "district"]]);
    columns.extend([
        ["待定 处", "open"],
        ["待定 公顷", "open ha"],
        ["按规则 处", "by rule"],
        ["按规则 公顷", "by rule ha"],
        ["人工 处", "by hand"],
        ["人工 公顷", "by hand ha"],
    ]);
    titled(desk, ["分区", "Districts"], &columns, desk.report.regions.iter().map(row).collect())
}

fn region_classes(desk: &Desk<'_>) -> Vec<Block> {
    if desk.report.regions.len() < 2 {
        return Vec::new();
    }
    let rows = desk.report.regions.iter().flat_map(|of| {
        of.classes.iter().map(move |class| {
            let names = [of.code.clone(), region(desk, &of.code, &of.name), desk.class(class.class.as_deref())];
            names.into_iter().map(Cell::Text).chain(areas(&class.area)).collect()
        })
    });
    let columns = with_areas(&[["代码", "code"], ["行政区", "district"], ["类别", "class"]]);
    titled(desk, ["分区类别", "Classes by district"], &columns, rows.collect())
}

fn fate(desk: &Desk<'_>, fate: Fate) -> &'static str {
    desk.say(match fate {
        Fate::Uncontested => ["保留：无争议", "kept: uncontested"],
        Fate::Won => ["保留：裁定归本图层", "kept: won"],
        Fate::Beside => ["保留：与他类并存", "kept beside another"],
        Fate::WithinLayer => ["归本图层另一要素", "another feature of the layer"],
        Fate::Lost => ["让与他图层", "given to another layer"],
        Fate::Sliver => ["碎图斑：并入相邻图斑", "a sliver, merged into a neighbour"],
        Fate::OtherClass => ["改为其他类别", "became another class"],
        Fate::LeftEmpty => ["留空", "left empty"],
        Fate::Open => ["待定", "open"],
    })
}

pub(super) fn decided(desk: &Desk<'_>, by: &DecidedBy) -> String {
    match by {
        DecidedBy::Nobody => String::new(),
        DecidedBy::Compatible => desk.say(["类别相容", "compatible classes"]).to_owned(),
        DecidedBy::Rule(ids) => desk.say([format!("规则 {ids}"), format!("rule {ids}")]),
        DecidedBy::Person(who) => who.clone(),
    }
}

fn accounts(desk: &Desk<'_>) -> Vec<Block> {
    let mut rows = Vec::new();
    for account in &desk.report.accounts {
        let row = |class: String, what: &str, to: String, by: String, area: &Area| {
            let words = [account.layer.clone(), class, what.to_owned(), to, by];
            words.into_iter().map(Cell::Text).chain(areas(area)).collect::<Vec<_>>()
        };
        for part in &account.rows {
            let to: Vec<String> = part
                .to_layer
                .iter()
                .cloned()
                .chain(part.to_class.iter().map(|class| desk.class(Some(class))))
                .collect();
            let by = decided(desk, &part.decided);
            rows.push(row(desk.class(Some(&part.class)), fate(desk, part.fate), to.join(" · "), by, &part.area));
        }
        let total = desk.say(["合计", "total"]);
        rows.push(row(String::new(), total, String::new(), String::new(), &account.claimed));
    }
    let columns = with_areas(&[
        ["图层", "layer"],
        ["类别", "class"],
        ["去向", "what became of it"],
        ["归于", "who has it"],
        ["依据", "decided by"],
    ]);
    titled(desk, ["去向", "Accounts"], &columns, rows)
}

fn proof(desk: &Desk<'_>) -> Vec<Block> {
    let proof = &desk.report.proof;
    let yes = desk.say(if proof.holds { ["成立", "holds"] } else { ["不成立！", "DOES NOT HOLD"] });
    let number = |value: Option<f64>| value.map_or(Cell::Empty, |value| Cell::Number((value * 1e4).round() / 1e4, 4));
    let row = |both: [&str; 2], cell: Cell| vec![desk.say(both).into(), cell];
    let rows = vec![
        row(["证明", "the proof"], yes.into()),
        row(["残余交叉", "residual crossings"], count(proof.residual_crossings)),
        row(["归属矛盾", "label disagreements"], count(proof.label_disagreements)),
        row(["洞的位置有误", "misplaced holes"], count(proof.misplaced_holes)),
        row(["要素面积不符", "features whose areas differ"], count(proof.feature_area_mismatches)),
        row(["面归属有误", "misassigned faces"], count(proof.misassigned_faces)),
        row(["面积差（格网单位）", "area difference, grid units"], proof.area_difference_grid_units.to_string().into()),
        row(["按写出坐标重叠 平方米", "overlap as written, m²"], number(proof.written_overlap_m2)),
        row(["按写出坐标遗漏 平方米", "gap as written, m²"], number(proof.written_gap_m2)),
    ];
    titled(desk, ["证明", "Proof"], &[["检查", "check"], ["结果", "result"]], rows)
}

/// The parties of a conflict in a line.
pub(super) fn parties(listed: &ListedConflict) -> String {
    listed
        .parties
        .iter()
        .map(|party| format!("{} #{} {}", party.layer, party.fid, party.label).trim_end().to_owned())
        .collect::<Vec<_>>()
        .join(" × ")
}

/// What was decided of a conflict, in a line.
pub(super) fn verdict(desk: &Desk<'_>, listed: &ListedConflict) -> String {
    let class = listed.class.as_deref().filter(|class| !class.is_empty());
    let what = match listed.verdict.as_str() {
        "open" => desk.say(["待定", "open"]).to_owned(),
        "leave-empty" => desk.say(["留空", "left empty"]).to_owned(),
        _ => class.map_or_else(String::new, |class| desk.class(Some(class))),
    };
    let by = decided(desk, &listed.decided);
    if by.is_empty() { what } else { format!("{what} · {by}") }
}

/// Whether what was said was read in a source.
fn certainty(desk: &Desk<'_>, confirmed: Option<bool>) -> &'static str {
    desk.say(match confirmed {
        Some(true) => ["有出处", "read in a source"],
        Some(false) => ["待核", "to be checked"],
        None => ["", ""],
    })
}

/// The conflicts that were chosen for figures.
fn chosen(desk: &Desk<'_>) -> Vec<Block> {
    let chosen = desk.report.chosen.as_deref().unwrap_or_default();
    one_by_one(desk, ["选定的冲突", "Chosen conflicts"], chosen)
}

fn one_by_one(desk: &Desk<'_>, name: [&str; 2], list: &[ListedConflict]) -> Vec<Block> {
    let row = |listed: &ListedConflict| {
        let reason = desk.say([listed.reason[0].clone(), listed.reason[1].clone()]);
        let basis = desk.say([listed.basis[0].clone(), listed.basis[1].clone()]);
        let state = desk.say(match (listed.state, listed.sliver) {
            ("open", true) => ["待定（碎片）", "open (sliver)"],
            ("open", false) => ["待定", "open"],
            (_, true) => ["已定（碎片）", "decided (sliver)"],
            (_, false) => ["已定", "decided"],
        });
        vec![
            listed.id.clone().into(),
            state.into(),
            parties(listed).into(),
            Cell::Number(listed.ellipsoid_m2, 2),
            Cell::Number(listed.area_m2, 2),
            verdict(desk, listed).into(),
            reason.into(),
            basis.into(),
            certainty(desk, listed.confirmed).into(),
            listed.when.clone().into(),
            Cell::Number(listed.lonlat[0], 7),
            Cell::Number(listed.lonlat[1], 7),
        ]
    };
    let columns = [
        ["编号", "id"],
        ["状态", "state"],
        ["各方", "parties"],
        ["椭球 平方米", "ellipsoid m²"],
        ["平面 平方米", "plane m²"],
        ["裁定", "decision"],
        ["理由", "reason"],
        ["依据", "legal basis"],
        ["出处", "certainty"],
        ["时间", "when"],
        ["经度", "longitude"],
        ["纬度", "latitude"],
    ];
    titled(desk, name, &columns, list.iter().map(row).collect())
}

fn conflicts(desk: &Desk<'_>) -> Vec<Block> {
    let mut blocks = one_by_one(desk, ["冲突", "Conflicts"], &desk.report.conflict_list);
    let (listed, omitted) = (desk.report.conflict_list.len(), desk.report.conflicts_omitted);
    if omitted > 0 && !blocks.is_empty() {
        let told = [
            format!("列出 {listed} 处：待定在前，面积大者在前；另有 {omitted} 处未列出，见冲突图层。"),
            format!(
                "{listed} are listed, open ones first, the largest first; {omitted} more are in the layer of conflicts."
            ),
        ];
        blocks.insert(1, Block::Text(desk.say(told)));
    }
    blocks
}

fn orphans(desk: &Desk<'_>) -> Vec<Block> {
    let row = |orphan: &crate::Orphan| {
        let place = orphan.place.as_ref();
        let at =
            place.and_then(|place| place.lonlat).map_or_else(String::new, |[lon, lat]| format!("{lon:.6}, {lat:.6}"));
        let layers = place.map(|place| place.layers.join(" × ")).unwrap_or_default();
        vec![count(orphan.operation), orphan.who.clone().into(), orphan.when.clone().into(), layers.into(), at.into()]
    };
    let columns =
        [["操作", "operation"], ["裁定人", "who"], ["时间", "when"], ["图层", "layers"], ["原位置", "where it was"]];
    titled(desk, ["失去对象的裁定", "Orphaned decisions"], &columns, desk.report.orphans.iter().map(row).collect())
}

fn findings(desk: &Desk<'_>) -> Vec<Block> {
    let row = |layer: &str, code: &str, many: u32| {
        vec![layer.into(), desk.say(finding_name(code)).into(), code.into(), count(many)]
    };
    let of_layers = desk
        .report
        .layers
        .iter()
        .flat_map(|layer| layer.findings.iter().map(move |(code, &many)| row(&layer.name, code, many)));
    let of_none =
        desk.report.other_findings.iter().map(|(code, &many)| row(desk.say(["（全部）", "(all)"]), code, many));
    let columns = [["图层", "layer"], ["问题", "finding"], ["代码", "code"], ["次数", "count"]];
    titled(desk, ["数据问题", "Findings"], &columns, of_layers.chain(of_none).collect())
}
