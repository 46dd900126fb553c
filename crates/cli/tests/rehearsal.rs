//! The way of `make hainan`, on a hundredth of its size: data, rules, check, slivers, blueprint,
//! proof, reports and page.

#![allow(clippy::unwrap_used, missing_docs)]

use lantu_bench::hainan::{contradictions, page, rehearse};
use lantu_bench::measure::Usage;
use lantu_bench::{Province, Theme, accounted};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const LANTU: &str = env!("CARGO_BIN_EXE_lantu");

/// Runs a command; only the time on the clock is known.
fn run(log: &Path, command: &[String]) -> Result<Usage, String> {
    let start = Instant::now();
    let output = Command::new(&command[0]).args(&command[1..]).output().map_err(|cause| cause.to_string())?;
    std::fs::write(log, [output.stdout, output.stderr].concat()).map_err(|cause| cause.to_string())?;
    let wall_s = start.elapsed().as_secs_f64();
    Ok(Usage { cpu_s: wall_s, wall_s, peak_mb: f64::NAN, code: output.status.code() })
}

#[test]
fn a_county_goes_the_whole_way_of_the_rehearsal() {
    let folder = tempfile::tempdir().unwrap();
    let done = rehearse(&Province::COUNTY, folder.path(), LANTU, &run).unwrap();
    let (check, merge) = (&done.check, &done.merge);
    assert_eq!(merge["proof"]["holds"], true);
    // Every hectare of every layer, by the starter rules and by the stand-in.
    for report in [check, merge] {
        assert_eq!(accounted(report), Ok(()));
        assert_eq!(report["layers"].as_array().unwrap().len(), Theme::ALL.len() - 1, "all but the districts");
    }
    let (count, km2) = contradictions(check);
    // A hundredth of the case's 721,000 patches and 1,587 km², more or less.
    assert!((4_000..14_000).contains(&count), "{count} patches");
    assert!((12.0..20.0).contains(&km2), "{km2} km²");
    assert!(check["conflicts"]["open"].as_u64().unwrap() > 1_000, "the starter rules leave much to planners");
    assert_eq!(merge["conflicts"]["open"], 0, "and the stand-in nothing");
    assert!(merge["slivers"]["moved"]["count"].as_u64().unwrap() > 1_000);
    for name in ["blueprint.gpkg", "conflicts.gpkg", "slivers.csv", "report.xlsx", "report.html", "report.pdf"] {
        assert!(folder.path().join(name).metadata().unwrap().len() > 10_000, "{name}");
    }
    let page = page(&done, LANTU, "lantu-bench county");
    assert!(page.contains("**The data are synthetic.**"));
    assert!(page.contains("| 721,000 |") && page.contains("| 1,587 km² |"), "{page}");
    assert!(page.contains("one patch for every place, proven as written; one class in each"), "{page}");
    assert!(!page.contains("NaN"), "every figure of the case has one of the run: {page}");
    let red_line = page.lines().find(|line| line.starts_with("| ecological red line on land")).unwrap();
    assert!(red_line.contains("27."), "the land's share is the case's: {red_line}");
    assert_eq!(
        page.matches("\n| ").count() - page.matches("\n| ---").count(),
        2 + 1 + 8 + 1 + 7 + 1 + Theme::ALL.len() + 1
    );
}
