//! Puts slivers into their new patches and numbers the patches anew.

use super::{Move, Moved, Places};
use crate::compose::{Blueprint, Patch};
use crate::partition::FaceId;
use std::collections::BTreeMap;

/// Returns the blueprint after the moves, and what each was.
pub(super) fn regroup(places: Places<'_>, moves: Vec<Move>, widths: &[f64]) -> (Blueprint, Vec<Moved>) {
    if moves.is_empty() {
        return (places.blueprint, Vec::new());
    }
    let mut moved: Vec<Moved> = moves.iter().map(|one| told(&places, one, widths)).collect();
    let mut joining: BTreeMap<u32, (Vec<FaceId>, i128)> = BTreeMap::new();
    for one in &moves {
        let (faces, area2) = joining.entry(one.to).or_default();
        faces.extend(places.faces(one.from));
        *area2 += places.area2[one.from as usize];
    }
    let patches = places.blueprint.patches.len();
    let mut gone = vec![false; patches];
    moves.iter().filter(|one| (one.from as usize) < patches).for_each(|one| gone[one.from as usize] = true);
    let all = (0u32..).zip(places.blueprint.patches).filter(|(index, _)| !gone[*index as usize]);
    let grown = all.map(|(index, patch)| match joining.remove(&index) {
        Some((faces, area2)) => grow(patch, faces, area2),
        None => patch,
    });
    let mut kept: Vec<Patch> = grown.collect();
    kept.sort_by_key(|patch| patch.faces[0]);
    let mut patch_of = vec![Blueprint::NONE; places.of.len()];
    for (index, patch) in (0u32..).zip(&kept) {
        patch.faces.iter().for_each(|&face| patch_of[face as usize] = index);
    }
    moved.iter_mut().for_each(|one| one.patch = patch_of[one.face as usize]);
    moved.sort_by_key(|one| one.face);
    (Blueprint { patches: kept, patch_of }, moved)
}

fn grow(mut patch: Patch, mut faces: Vec<FaceId>, area2: i128) -> Patch {
    faces.extend_from_slice(&patch.faces);
    faces.sort_unstable();
    patch.area2 += area2;
    Patch { faces: faces.into(), ..patch }
}

/// What a move was; the number of its new patch is not known yet.
fn told(places: &Places<'_>, one: &Move, widths: &[f64]) -> Moved {
    let patch = places.patch(one.from);
    let gap = (one.from as usize).checked_sub(places.blueprint.patches.len()).map(|at| places.gaps[at]);
    Moved {
        from: patch.and_then(|patch| patch.class.clone()),
        from_source: patch.and_then(|patch| patch.source),
        conflict: gap.or_else(|| patch.and_then(|patch| patch.conflict)),
        gap: gap.is_some(),
        patch: Blueprint::NONE,
        face: places.faces(one.from).first().copied().unwrap_or_default(),
        area2: places.area2[one.from as usize],
        width: widths[one.from as usize],
        border: one.border,
        pass: one.pass,
    }
}
