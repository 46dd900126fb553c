//! How a layer is read: what was recognised, why, and what the planner says instead.

use crate::api::{self, Problem};
use crate::codes::CodeSystem;
use crate::edits::Reading;
use crate::load::{Loaded, fields};
use crate::look::code_field;
use crate::plan::LayerPlan;
use crate::problem;
use lantu_engine::FindingCode;
use lantu_files::{Convention, Crs, EncodingBasis, PlaneShift, Shift, SpaceShift};

/// Returns how a layer is read, and why so.
pub(crate) fn of_layer(plan: &LayerPlan, loaded: &Loaded) -> Result<api::LayerReading, Problem> {
    let fields: Vec<String> = fields(&loaded.layer).iter().map(ToString::to_string).collect();
    let codes = match &loaded.codes {
        Some(codes) => Some(codes.clone()),
        None => code_field(&loaded.layer, &fields)?,
    };
    let crossed = loaded.findings.iter().any(|finding| finding.code == FindingCode::NoDatumShift);
    let datum = if plan.shift.is_some() {
        "given"
    } else if crossed {
        "missing"
    } else {
        "none"
    };
    Ok(api::LayerReading {
        source: loaded.source.clone(),
        class: loaded.layer.class.to_string(),
        class_because: loaded.class_because.clone(),
        encoding: loaded.encoding.name.clone(),
        encoding_basis: basis(loaded.encoding.basis).to_owned(),
        encoding_certain: loaded.encoding.certain,
        crs: loaded.file_crs.clone(),
        crs_given: plan.override_crs.clone().or_else(|| plan.crs.clone()).unwrap_or_default(),
        fields,
        class_field: plan.class_field.clone().unwrap_or_default(),
        codes: system(plan.codes).to_owned(),
        codes_field: codes.as_ref().map(|codes| codes.field.clone()).unwrap_or_default(),
        codes_system: system(codes.as_ref().and_then(|codes| codes.system)).to_owned(),
        codes_because: codes.map(|codes| codes.because).unwrap_or_default(),
        datum: datum.to_owned(),
        shift: plan.shift.as_ref().map(numbers).unwrap_or_default(),
    })
}

/// Returns what a planner says of reading a layer that has been read by `plan`.
pub(crate) fn asked(request: &api::ReadLayer, plan: &LayerPlan, plane: &Crs) -> Result<Reading, Problem> {
    let text = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    let crs = text(&request.crs);
    crs.as_deref().map(Crs::parse).transpose()?;
    // What is only assumed where the file says nothing comes back as it was shown: it stays an assumption.
    let crs = crs.filter(|crs| plan.override_crs.is_some() || plan.crs.as_ref() != Some(crs));
    let codes = match request.codes.as_str() {
        "survey" => Some(CodeSystem::Survey),
        "planning" => Some(CodeSystem::Planning),
        _ => None,
    };
    let shift = shift(&request.shift, plan.shift.as_ref(), plane)?;
    Ok(Reading { encoding: text(&request.encoding), crs, class_field: text(&request.class_field), codes, shift })
}

fn basis(basis: EncodingBasis) -> &'static str {
    match basis {
        EncodingBasis::Declared => "declared",
        EncodingBasis::Detected => "detected",
        EncodingBasis::Given => "given",
    }
}

fn system(codes: Option<CodeSystem>) -> &'static str {
    match codes {
        Some(CodeSystem::Survey) => "survey",
        Some(CodeSystem::Planning) => "planning",
        None => "",
    }
}

fn numbers(shift: &Shift) -> Vec<f64> {
    match shift {
        Shift::Space(s) => vec![s.dx, s.dy, s.dz, s.rx, s.ry, s.rz, s.scale],
        Shift::Plane(s) => vec![s.north, s.east, s.angle, s.scale],
    }
}

/// Three or seven numbers are the way between the datums' axes, four that into the project's plane. What
/// the numbers do not say, which way rotations turn and into which plane they lead, stays as it was `before`.
fn shift(numbers: &[f64], before: Option<&Shift>, plane: &Crs) -> Result<Option<Shift>, Problem> {
    let convention = match before {
        Some(Shift::Space(space)) => space.convention,
        _ => Convention::default(),
    };
    let space = |[dx, dy, dz]: [f64; 3], [rx, ry, rz, scale]: [f64; 4]| {
        Shift::Space(SpaceShift { dx, dy, dz, rx, ry, rz, scale, convention })
    };
    match *numbers {
        [] => Ok(None),
        [dx, dy, dz] => Ok(Some(space([dx, dy, dz], [0.0; 4]))),
        [dx, dy, dz, rx, ry, rz, scale] => Ok(Some(space([dx, dy, dz], [rx, ry, rz, scale]))),
        [north, east, angle, scale] => {
            let to = match before {
                Some(Shift::Plane(before)) => before.to.clone(),
                _ => plane.name().to_owned(),
            };
            Ok(Some(Shift::Plane(PlaneShift { north, east, angle, scale, to })))
        }
        _ => Err(problem::problem(
            [
                format!("转换参数应为 3、4 或 7 个数，现有 {} 个。", numbers.len()),
                format!("A datum shift has 3, 4 or 7 numbers, not {}.", numbers.len()),
            ],
            [
                "三参数、七参数依次为 dX、dY、dZ（米）、rX、rY、rZ（秒）、尺度（百万分之一）；四参数为北、东（米）、旋转（秒）、尺度。",
                "Three or seven are dX, dY, dZ (m), rX, rY, rZ (seconds), scale (millionths); four are north, east (m), rotation (seconds), scale.",
            ],
        )),
    }
}
