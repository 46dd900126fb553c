//! A run in a page of text.

use crate::say::in_language;
use crate::table::{self, count, hectares, metres, square_metres};
use lantu_project::api::Tally;
use lantu_project::{Job, Light, Orphan, Report, finding_name};
use std::collections::BTreeMap;
use std::path::Path;

/// How many decisions without a conflict are listed; the report has all.
const ORPHANS: usize = 10;

/// Returns what a merge has come to.
pub fn of_merge(job: &Job, report: &Report, files: &[&Path]) -> String {
    [
        layers(job, report),
        conflicts(report),
        pairs(report),
        levels(report),
        blueprint(job, report),
        slivers(report),
        balances(job, report),
        proof(report),
        remarks(report),
        written(files),
        effort(report),
    ]
    .concat()
}

/// Returns what a check has come to.
pub fn of_check(job: &Job, report: &Report, files: &[&Path]) -> String {
    [
        layers(job, report),
        conflicts(report),
        pairs(report),
        levels(report),
        balances(job, report),
        remarks(report),
        written(files),
        effort(report),
    ]
    .concat()
}

/// Returns findings and how often each occurs.
pub fn findings(counts: &BTreeMap<&'static str, u32>) -> String {
    if counts.is_empty() {
        return in_language(["无", "none"]).to_owned();
    }
    let told = counts.iter().map(|(code, &times)| format!("{} {}", in_language(finding_name(code)), count(times)));
    told.collect::<Vec<_>>().join(in_language(["，", ", "]))
}

fn section(heading: &str, rows: Vec<Vec<String>>) -> String {
    format!("{heading}\n{}\n", table::columns(&rows))
}

fn layers(job: &Job, report: &Report) -> String {
    let (crs, step) = (&report.crs, metres(report.grid_m));
    let heading = in_language([format!("图层（{crs}，格网 {step}）"), format!("Layers ({crs}, grid {step})")]);
    let rows = report.layers.iter().map(|layer| {
        let (number, s) = (count(layer.features), if layer.features == 1 { "" } else { "s" });
        let features = in_language([format!("{number} 个要素"), format!("{number} feature{s}")]);
        let class = class_name(job, &layer.class);
        let found = if layer.findings.is_empty() { String::new() } else { findings(&layer.findings) };
        vec![layer.name.clone(), class, features, hectares(layer.area_m2), found]
    });
    section(&heading, rows.collect())
}

/// The name that the rules give to a class, or its id.
fn class_name(job: &Job, id: &str) -> String {
    let named = job.outcome.rules.classes.iter().find(|class| class.id.as_str() == id);
    let name = named.map(|class| in_language([&class.name.zh, &class.name.en]).clone());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_owned())
}

fn conflicts(report: &Report) -> String {
    let found = &report.conflicts;
    let open = Tally { count: found.open, area_m2: found.open_area_m2 };
    let overlaps = Tally { count: found.count, area_m2: found.area_m2 };
    let rows = [
        (["图层之间重叠", "layers overlap"], overlaps),
        (["图层自身重叠", "a layer overlaps itself"], found.self_overlaps),
        (["其中：类别相容", "of these: compatible"], found.compatible),
        (["　　　按规则裁定", "          decided by rule"], found.by_rule),
        (["　　　由规划师裁定", "          decided by a planner"], found.by_hand),
        (["　　　待定", "          open"], open),
        (["　　　碎屑", "          slivers"], found.slivers),
        (["封闭的空隙（不算冲突）", "enclosed gaps (no conflict)"], found.gaps),
    ];
    let row = |(name, tally): ([&str; 2], Tally)| {
        vec![in_language(name).to_owned(), count(tally.count), hectares(tally.area_m2)]
    };
    section(in_language(["冲突", "Conflicts"]), rows.map(row).into())
}

fn pairs(report: &Report) -> String {
    if report.conflicts.by_pair.is_empty() {
        return String::new();
    }
    let mut pairs: Vec<_> = report.conflicts.by_pair.iter().collect();
    pairs.sort_by(|a, b| b.area_m2.total_cmp(&a.area_m2));
    let rows = pairs.iter().map(|pair| vec![pair.parties.join(" × "), count(pair.count), hectares(pair.area_m2)]);
    section(in_language(["重叠的图层", "Which layers overlap"]), rows.collect())
}

/// Lower projects on their shared borders and against this project's layers, if there are any.
fn levels(report: &Report) -> String {
    let found = &report.levels;
    let counted = |[zh, en]: [&str; 2], tally: Tally| {
        let (number, area) = (count(tally.count), hectares(tally.area_m2));
        in_language([format!("{zh} {number} 处 {area}"), format!("{en} {number}, {area}")])
    };
    let borders = found.borders.iter().map(|border| {
        let told = [
            counted(["重叠", "overlaps"], border.overlaps),
            counted(["待定", "open"], border.open),
            counted(["空隙", "gaps"], border.gaps),
        ];
        [vec![border.counties.join(" × ")], told.to_vec()].concat()
    });
    let against = found.against.iter().map(|against| {
        let told = [counted(["矛盾", "contradictions"], against.conflicts), counted(["待定", "open"], against.open)];
        [vec![format!("{} × {}", against.county, against.layer)], told.to_vec()].concat()
    });
    let titles = [["下级项目的交界", "Shared borders"], ["与上级图层的矛盾", "Against the upper plan"]];
    let tables = [borders.collect::<Vec<_>>(), against.collect()];
    let told = titles.into_iter().zip(tables).filter(|(_, rows)| !rows.is_empty());
    told.map(|(title, rows)| section(in_language(title), rows)).collect()
}

fn blueprint(job: &Job, report: &Report) -> String {
    let all = &report.blueprint;
    let (patches, plane, ellipsoid) = (count(all.patches), hectares(all.area_m2), hectares(all.ellipsoid_area_m2));
    let heading = in_language([
        format!("蓝图：{patches} 个图斑，平面面积 {plane}，椭球面积 {ellipsoid}"),
        format!("Blueprint: {patches} patches, {plane} in the plane, {ellipsoid} on the ellipsoid"),
    ]);
    let mut classes: Vec<_> = all.by_class.iter().collect();
    // The largest first, what is open last.
    classes.sort_by(|a, b| a.class.is_none().cmp(&b.class.is_none()).then(b.area_m2.total_cmp(&a.area_m2)));
    let rows = classes.iter().map(|class| {
        let open = || in_language(["待定", "open"]).to_owned();
        let name = class.class.as_deref().map_or_else(open, |id| class_name(job, id));
        vec![name, count(class.patches), hectares(class.area_m2), hectares(class.ellipsoid_area_m2)]
    });
    section(&heading, rows.collect())
}

/// What became of slivers, if they were merged.
fn slivers(report: &Report) -> String {
    if report.slivers.settings.is_some() { crate::slivers::sentences(&report.slivers) } else { String::new() }
}

/// Targets, what the ledger owes, and the shoreline, each with its light; the report has districts too.
fn balances(job: &Job, report: &Report) -> String {
    let told = &report.balances;
    let targets = told.targets.iter().map(|target| {
        let limit = |[zh, en]: [&str; 2], m2: Option<f64>| {
            m2.map(|m2| in_language([format!("{zh} {}", hectares(m2)), format!("{en} {}", hectares(m2))]))
        };
        let limits =
            [limit(["不少于", "at least"], target.at_least_m2), limit(["不超过", "at most"], target.at_most_m2)];
        let has = hectares(target.has.ellipsoid.m2);
        vec![
            light(target.light).to_owned(),
            class_name(job, &target.class),
            target.district.clone(),
            limits.into_iter().flatten().collect::<Vec<_>>().join(in_language(["，", ", "])),
            in_language([format!("现有 {has}"), format!("has {has}")]),
        ]
    });
    let ledger = told.ledger.iter().filter(|row| row.code.is_empty()).map(|row| {
        let owed = hectares(row.owed_m2);
        let name = told.ledger_classes.iter().map(|class| class_name(job, class)).collect::<Vec<_>>().join("、");
        let mut told = vec![light(row.light).to_owned(), name];
        told.push(in_language([format!("尚需补划 {owed}"), format!("owed {owed}")]));
        told.extend(row.covered_in_city_m2.filter(|covered| *covered > 0.0).map(|covered| {
            let covered = hectares(covered);
            in_language([
                format!("各县之间市内已补 {covered}"),
                format!("counties found {covered} for others of their city"),
            ])
        }));
        told
    });
    let shore = told.shoreline.iter().filter(|row| row.code.is_empty()).map(|row| {
        let (kept, length) = (row.kept, row.length_m / 1000.0);
        vec![
            row.light.map(light).unwrap_or_default().to_owned(),
            in_language([
                format!("保有 {kept:.2}%，共 {length:.3} 公里"),
                format!("{kept:.2} % kept of {length:.3} km"),
            ]),
        ]
    });
    let titles = [["指标", "Targets"], ["补划台账", "Replacement ledger"], ["岸线", "Shoreline"]];
    let tables = [targets.collect::<Vec<_>>(), ledger.collect(), shore.collect()];
    let told = titles.into_iter().zip(tables).filter(|(_, rows)| !rows.is_empty());
    told.map(|(title, rows)| section(in_language(title), rows)).collect()
}

fn light(light: Light) -> &'static str {
    in_language(match light {
        Light::Green => ["绿", "green"],
        Light::Yellow => ["黄", "yellow"],
        Light::Red => ["红", "red"],
    })
}

fn proof(report: &Report) -> String {
    let proof = &report.proof;
    let (overlap, gap) = (proof.written_overlap_m2.unwrap_or(0.0), proof.written_gap_m2.unwrap_or(0.0));
    let (overlap, gap) = (square_metres(overlap), square_metres(gap));
    let told = match proof.holds {
        true => [
            format!("证明成立：每个地方恰有一个图斑，按写出的坐标重叠 {overlap}，遗漏 {gap}。"),
            format!("Proof holds: every place has exactly one patch; as written, overlap {overlap}, gap {gap}."),
        ],
        false => [
            format!("验证不成立！按写出的坐标重叠 {overlap}，遗漏 {gap}；详见报告。"),
            format!("THE PROOF DOES NOT HOLD: as written, overlap {overlap}, gap {gap}; the report says more."),
        ],
    };
    format!("{}\n\n", in_language(told))
}

/// What somebody should look at, if there is anything.
fn remarks(report: &Report) -> String {
    let mut told = Vec::new();
    if report.findings.iter().any(|finding| finding.code.as_str() == "coarser-grid") {
        let step = metres(report.grid_m);
        told.push([
            format!("数据跨度过大，格网放粗到 {step}：请检查是否有远离其他数据的坐标。"),
            format!("The data span so far that the grid was made coarser, {step}: look for stray coordinates."),
        ]);
    }
    told.extend(report.said.iter().cloned());
    if report.orphaned_decisions > 0 {
        let lost = count(report.orphaned_decisions);
        told.push([
            format!("有 {lost} 项裁定所针对的冲突已不存在；裁定仍保留在记录中。"),
            format!("{lost} decisions have lost their conflict; they stay in the record."),
        ]);
    }
    told.extend(report.orphans.iter().take(ORPHANS).map(orphan));
    let told: String = told.into_iter().map(|both| in_language(both) + "\n").collect();
    if told.is_empty() { told } else { told + "\n" }
}

/// A decision that fits nothing any more, in a line.
fn orphan(orphan: &Orphan) -> [String; 2] {
    let Orphan { operation, who, when, .. } = orphan;
    let [zh, en] = match orphan.because {
        "party-gone" => ["所选要素已不在", "the feature chosen is gone"],
        _ => ["冲突已不在", "the conflict is gone"],
    };
    let place = orphan.place.as_ref();
    let layers = place.map(|place| place.layers.join(" × ")).unwrap_or_default();
    let at = place.and_then(|place| place.lonlat).map(|[lon, lat]| format!("{lon:.6}, {lat:.6}")).unwrap_or_default();
    let area = place.map(|place| square_metres(place.area_m2)).unwrap_or_default();
    [
        format!("  第 {operation} 项裁定（{who}，{when}）：{zh}；原处 {layers} {at} {area}"),
        format!("  operation {operation} ({who}, {when}): {en}; it was at {layers} {at} {area}"),
    ]
}

fn written(files: &[&Path]) -> String {
    if files.is_empty() {
        return String::new();
    }
    section(in_language(["已写出", "Written"]), files.iter().map(|file| vec![file.display().to_string()]).collect())
}

fn effort(report: &Report) -> String {
    let seconds: f64 = report.timings_s.values().sum();
    let memory = report.peak_rss_bytes.map(|bytes| bytes.div_ceil(1 << 20));
    let memory = memory.map(|mib| in_language([format!("，内存 {mib} MiB"), format!(", {mib} MiB of memory")]));
    let seconds = in_language([format!("用时 {seconds:.1} 秒"), format!("{seconds:.1} s")]);
    format!("{seconds}{}\n", memory.unwrap_or_default())
}
