//! What findings are called by people: terminal and reports say the same words.

use lantu_engine::FindingCode;
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};

/// Returns the name of a finding by its code, Chinese and English; the code itself if it is none.
pub fn finding_name(code: &str) -> [&str; 2] {
    match FindingCode::deserialize(StrDeserializer::<Error>::new(code)) {
        Ok(known) => name(known),
        Err(_) => [code; 2],
    }
}

fn name(code: FindingCode) -> [&'static str; 2] {
    match code {
        FindingCode::UnclosedRing => ["环未闭合", "unclosed ring"],
        FindingCode::RepeatedPoint => ["重复点", "repeated point"],
        FindingCode::Spike => ["尖刺", "spike"],
        FindingCode::WrongWinding => ["环方向相反", "wrong winding"],
        FindingCode::ZeroAreaRing => ["零面积环", "zero area ring"],
        FindingCode::SelfIntersection => ["自相交", "self intersection"],
        FindingCode::NotFinite => ["坐标不是数", "not finite"],
        FindingCode::OutOfRange => ["坐标过远", "out of range"],
        FindingCode::NoGeometry => ["无几何", "no geometry"],
        FindingCode::NoGround => ["无面积", "no ground"],
        FindingCode::DrawnTwice => ["重复绘制", "drawn twice"],
        FindingCode::NotAPolygon => ["不是面", "not a polygon"],
        FindingCode::UncertainText => ["文字编码存疑", "uncertain text"],
        FindingCode::UnreadableLine => ["无法读取的行", "unreadable line"],
        FindingCode::StatedOtherwise => ["与文件所述不符", "stated otherwise"],
        FindingCode::SwappedAxes => ["坐标轴颠倒", "swapped axes"],
        FindingCode::AssumedCrs => ["坐标系为推定", "assumed crs"],
        FindingCode::NoDatumShift => ["缺少转换参数", "no datum shift"],
        FindingCode::HeightsDropped => ["高程已略去", "heights dropped"],
        FindingCode::CoarserGrid => ["格网放粗", "coarser grid"],
        FindingCode::Collapsed => ["小于格网而消失", "collapsed"],
        FindingCode::OrphanedDecision => ["裁定失去对象", "orphaned decision"],
        FindingCode::SurveyCodes => ["三调编码已换算", "survey codes"],
        FindingCode::UndecidedCodes => ["编码体系不明", "undecided codes"],
        FindingCode::UnfilledGap => ["未填补的空隙", "unfilled gap"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_a_name_in_both_languages() {
        assert_eq!(finding_name("unfilled-gap"), ["未填补的空隙", "unfilled gap"]);
        assert_eq!(finding_name(FindingCode::NoDatumShift.as_str())[0], "缺少转换参数");
        assert_eq!(finding_name("not-known"), ["not-known"; 2]);
    }
}
