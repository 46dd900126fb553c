//! A rule's conditions in words.

use lantu_engine::rules::{AttributeTest, LAYER_FIELD, ShareTest, When};
use lantu_engine::{ClassId, RuleSet};

/// Returns all conditions but the two classes: Chinese, English; empty if there are none.
pub(super) fn conditions(when: &When, rules: &RuleSet) -> [String; 2] {
    let mut told: Vec<[String; 2]> = when.tests().map(|test| attribute(test, rules)).collect();
    told.extend(when.share.as_ref().map(|test| share(test, rules)));
    told.extend(when.sliver.map(|sliver| {
        if sliver { ["是碎屑", "it is a sliver"] } else { ["不是碎屑", "it is no sliver"] }.map(str::to_owned)
    }));
    told.extend(span(["面积", "area"], when.min_area_m2, when.max_area_m2, "m²"));
    told.extend(span(["平均宽度", "mean width"], when.min_width_m, when.max_width_m, "m"));
    let join = |at: usize, between: &str| told.iter().map(|both| both[at].as_str()).collect::<Vec<_>>().join(between);
    [join(0, "；"), join(1, "; ")]
}

fn name(class: &ClassId, rules: &RuleSet) -> [String; 2] {
    match rules.definition(class) {
        Some(def) => [def.name.zh.clone(), def.name.en.clone()],
        None => [class.to_string(), class.to_string()],
    }
}

fn span(what: [&str; 2], least: Option<f64>, most: Option<f64>, unit: &str) -> Option<[String; 2]> {
    let said = match (least, most) {
        (None, None) => return None,
        (Some(least), None) => format!("≥ {least} {unit}"),
        (None, Some(most)) => format!("≤ {most} {unit}"),
        (Some(least), Some(most)) => format!("{least}–{most} {unit}"),
    };
    Some(what.map(|what| format!("{what} {said}")))
}

fn attribute(test: &AttributeTest, rules: &RuleSet) -> [String; 2] {
    let of = test.class.as_ref().map(|class| name(class, rules));
    let of = of.unwrap_or_else(|| ["一方", "a party"].map(str::to_owned));
    let field = match test.field.as_str() {
        LAYER_FIELD => ["图层".to_owned(), "layer".to_owned()],
        field => [field.to_owned(), field.to_owned()],
    };
    let mut said: [Vec<String>; 2] = Default::default();
    let mut say = |zh: String, en: String| {
        said[0].push(zh);
        said[1].push(en);
    };
    if test.absent {
        say("为空".to_owned(), "is empty".to_owned());
    }
    if !test.values.is_empty() {
        say(format!("是 {}", test.values.join("、")), format!("is {}", test.values.join(" or ")));
    }
    if !test.begins.is_empty() {
        say(format!("以 {} 开头", test.begins.join("、")), format!("begins with {}", test.begins.join(" or ")));
    }
    if let Some(least) = &test.at_least {
        say(format!("≥ {least}"), format!("≥ {least}"));
    }
    if let Some(most) = &test.at_most {
        say(format!("≤ {most}"), format!("≤ {most}"));
    }
    [
        format!("{}的 {} {}", of[0], field[0], said[0].join("，且")),
        format!("{} of {} {}", field[1], of[1], said[1].join(" and ")),
    ]
}

fn share(test: &ShareTest, rules: &RuleSet) -> [String; 2] {
    let ([of_zh, of_en], [in_zh, in_en]) = (name(&test.of, rules), name(&test.under, rules));
    let percent = |share: f64| format!("{} %", share * 100.0);
    let bounds = match (test.at_least, test.at_most) {
        (Some(least), Some(most)) => format!("{}–{}", percent(least), percent(most)),
        (Some(least), None) => format!("≥ {}", percent(least)),
        (None, Some(most)) => format!("≤ {}", percent(most)),
        (None, None) => "≥ 0 %".to_owned(),
    };
    [format!("{of_zh}落在{in_zh}内的部分 {bounds}"), format!("part of {of_en} within {in_en} {bounds}")]
}
