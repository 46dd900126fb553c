//! The plane that was chosen for a project that leaves it open, kept in its record.
//!
//! Conflicts are known by their places in the plane. Chosen anew at each opening, by the middle of what
//! is there, the plane would change with a layer, and no decision would find its conflict again.

use crate::plan::Plan;
use serde::{Deserialize, Serialize};

/// The plane in which a project was worked on last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plane {
    /// Its CRS.
    pub crs: String,
    /// The step of the grid that the plan asked for.
    pub asked: f64,
    /// The coarser step that the data have needed, if they have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coarsened: Option<f64>,
}

impl Plane {
    /// Has a plan worked on in this plane, in all that it leaves open.
    pub(crate) fn apply(&self, plan: &mut Plan) {
        plan.crs.get_or_insert_with(|| self.crs.clone());
        if plan.grid == self.asked {
            plan.coarsened = plan.coarsened.or(self.coarsened);
        }
    }

    /// Returns what is to be said where a plan is now worked on in another plane: Chinese, English.
    pub(crate) fn said_of(&self, now: &Self) -> Option<[String; 2]> {
        let (before, after) = (self.step(), now.step());
        let differs = [("坐标系", "CRS", &self.crs, &now.crs), ("格网", "grid", &before, &after)]
            .into_iter()
            .filter(|(.., before, now)| before != now);
        let (zh, en): (Vec<String>, Vec<String>) = differs
            .map(|(zh, en, before, now)| {
                (format!("{zh}由 {before} 改为 {now}"), format!("the {en} was {before} and is now {now}"))
            })
            .unzip();
        (!zh.is_empty()).then(|| {
            [
                format!("{}。冲突按其在平面上的位置识别：此前的裁定可能找不到原来的冲突，会列为失去对象。", zh.join("，")),
                format!(
                    "The plane has changed: {}. Conflicts are known by their places in it: earlier decisions may not find theirs and are then listed as orphaned.",
                    en.join(", ")
                ),
            ]
        })
    }

    fn step(&self) -> String {
        self.coarsened.unwrap_or(self.asked).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(crs: &str, asked: f64, coarsened: Option<f64>) -> Plane {
        Plane { crs: crs.to_owned(), asked, coarsened }
    }

    #[test]
    fn the_plane_is_kept_unless_the_plan_says_otherwise() {
        let kept = plane("EPSG:4546", 1e-4, Some(1e-3));
        let mut plan = Plan { grid: 1e-4, ..Plan::default() };
        kept.apply(&mut plan);
        assert_eq!((plan.crs.as_deref(), plan.step()), (Some("EPSG:4546"), 1e-3));
        let mut plan = Plan { grid: 1e-2, crs: Some("EPSG:4547".to_owned()), ..Plan::default() };
        kept.apply(&mut plan);
        assert_eq!((plan.crs.as_deref(), plan.step()), (Some("EPSG:4547"), 1e-2));
    }

    #[test]
    fn a_plane_that_changes_is_told_of() {
        let before = plane("EPSG:4546", 1e-4, None);
        assert_eq!(before.said_of(&before.clone()), None);
        let [zh, en] = before.said_of(&plane("EPSG:4547", 1e-4, Some(1e-3))).unwrap();
        assert!(zh.contains("EPSG:4547") && en.contains("the grid was 0.0001 and is now 0.001"), "{zh} {en}");
    }
}
