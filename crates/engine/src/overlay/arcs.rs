//! Chains noded segments into arcs, so that all later work is per arc and not per edge.
//!
//! A node is a grid point where other than two segments meet. Along an arc the owners never
//! change: where they do, a third segment must end. A closed chain without a node starts at its
//! smallest point.

use super::segments::Segments;
use super::sorting::{rank, sorted};
use crate::precision::Point;

/// Arcs with what each changes between its sides.
pub(crate) struct Arcs {
    pub points: Vec<Point>,
    /// Where each arc's points begin; one more than there are arcs.
    pub starts: Vec<u64>,
    pub changes: Changes,
}

/// What each arc changes from its right to its left: winding per feature.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    first: Vec<u32>,
    items: Vec<(u32, i32)>,
}

impl Changes {
    /// Returns feature and change of winding, ascending by feature, never zero.
    pub(crate) fn of(&self, arc: usize) -> &[(u32, i32)] {
        &self.items[self.first[arc] as usize..self.first[arc + 1] as usize]
    }

    fn push(&mut self, codes: &[u32], reversed: bool) {
        if self.first.is_empty() {
            self.first.push(0);
        }
        let start = self.items.len();
        for &code in codes {
            let step = if (code & 1 == 1) != reversed { -1 } else { 1 };
            match self.items[start..].last() {
                Some(&(feature, _)) if feature == code >> 1 => {
                    if let Some(last) = self.items.last_mut() {
                        last.1 += step;
                    }
                }
                _ => self.items.push((code >> 1, step)),
            }
        }
        self.first.push(self.items.len() as u32);
    }
}

impl Arcs {
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub fn points_of(&self, arc: usize) -> &[Point] {
        &self.points[self.starts[arc] as usize..self.starts[arc + 1] as usize]
    }
}

/// The points where segments end, and which segments meet there.
struct Vertices {
    points: Vec<Point>,
    /// Where each vertex's outgoing segments begin, in the order of segments.
    outgoing: Vec<u32>,
    /// Where each vertex's incoming segments begin, in `by_end`.
    incoming: Vec<u32>,
    by_end: Vec<u32>,
    /// The vertices at both ends of each segment.
    ends: Vec<[u32; 2]>,
}

impl Vertices {
    fn of(segments: &Segments) -> Self {
        let count = segments.len();
        let ends = segments.ends.iter().zip(0..).map(|(ends, at): (_, u32)| (ends[1], at)).collect();
        let by_end: Vec<(Point, u32)> = sorted(ends, |&(end, at)| (rank(end), at));
        let (mut points, mut outgoing, mut incoming) = (Vec::new(), Vec::new(), Vec::new());
        let mut ends = vec![[0u32; 2]; count];
        let (mut out, mut into) = (0, 0);
        while out < count || into < count {
            let from = segments.ends.get(out).map(|ends| ends[0]);
            let to = by_end.get(into).map(|&(end, _)| end);
            let Some(point) = from.into_iter().chain(to).min() else { break };
            let vertex = points.len() as u32;
            points.push(point);
            outgoing.push(out as u32);
            incoming.push(into as u32);
            while out < count && segments.ends[out][0] == point {
                ends[out][0] = vertex;
                out += 1;
            }
            while into < count && by_end[into].0 == point {
                ends[by_end[into].1 as usize][1] = vertex;
                into += 1;
            }
        }
        outgoing.push(count as u32);
        incoming.push(count as u32);
        let by_end = by_end.into_iter().map(|(_, at)| at).collect();
        Self { points, outgoing, incoming, by_end, ends }
    }

    fn degree(&self, vertex: usize) -> u32 {
        self.outgoing[vertex + 1] - self.outgoing[vertex] + self.incoming[vertex + 1] - self.incoming[vertex]
    }

    fn segments(&self, vertex: usize) -> impl Iterator<Item = u32> + '_ {
        let incoming = self.incoming[vertex] as usize..self.incoming[vertex + 1] as usize;
        (self.outgoing[vertex]..self.outgoing[vertex + 1]).chain(self.by_end[incoming].iter().copied())
    }
}

/// Chains segments into arcs, in the order of their smallest unused node.
pub(crate) fn chain(segments: &Segments) -> Arcs {
    let vertices = Vertices::of(segments);
    let mut arcs = Arcs {
        points: Vec::with_capacity(segments.len() * 5 / 4),
        starts: vec![0],
        changes: Changes { first: vec![0], items: Vec::new() },
    };
    let mut used = vec![false; segments.len()];
    for vertex in (0..vertices.points.len()).filter(|&vertex| vertices.degree(vertex) != 2) {
        for segment in vertices.segments(vertex) {
            follow(segments, &vertices, vertex as u32, segment, &mut used, &mut arcs);
        }
    }
    for segment in 0..segments.len() as u32 {
        let start = vertices.ends[segment as usize][0];
        follow(segments, &vertices, start, segment, &mut used, &mut arcs);
    }
    arcs
}

/// Adds the arc that leaves `start` by `segment`, unless it is there already.
fn follow(segments: &Segments, vertices: &Vertices, start: u32, segment: u32, used: &mut [bool], arcs: &mut Arcs) {
    if used[segment as usize] {
        return;
    }
    let reversed = vertices.ends[segment as usize][0] != start;
    arcs.changes.push(segments.owners(segment as usize), reversed);
    arcs.points.push(vertices.points[start as usize]);
    let (mut here, mut along) = (start, segment);
    loop {
        used[along as usize] = true;
        let [a, b] = vertices.ends[along as usize];
        here = if here == a { b } else { a };
        arcs.points.push(vertices.points[here as usize]);
        if here == start || vertices.degree(here as usize) != 2 {
            break;
        }
        match vertices.segments(here as usize).find(|&other| other != along) {
            Some(other) => along = other,
            None => break,
        }
    }
    arcs.starts.push(arcs.points.len() as u64);
}
