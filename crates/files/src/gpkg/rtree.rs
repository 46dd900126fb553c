//! The spatial index of a GeoPackage, packed at once (sort-tile-recursive, Leutenegger 1997).
//!
//! Inserting rows one by one into SQLite's R-tree takes longer than all the rest of the file. The
//! nodes are therefore built here and put into the tables in which SQLite keeps them; their layout
//! is that of SQLite's `rtree` module. A test lets SQLite check them.

use super::blob::Bounds;
use rayon::prelude::*;
use rusqlite::{Connection, params};

/// Cells per node of a tree of two axes.
const CELLS: usize = 51;
/// A node's bytes: depth, count, and the cells.
const NODE: usize = 4 + CELLS * 24;

/// A cell: a row or a node, and its box rounded outwards.
#[derive(Clone, Copy)]
pub(super) struct Cell {
    id: u32,
    sides: [f32; 4],
}

impl Cell {
    /// Returns the cell of a row.
    pub(super) fn of(row: u32, bounds: &Bounds) -> Self {
        Self { id: row, sides: outwards(bounds) }
    }
}

/// Makes the index of a table's column `geom`, still empty.
pub(super) fn create(database: &Connection, table: &str) -> Result<(), rusqlite::Error> {
    database.execute_batch(&format!("CREATE VIRTUAL TABLE rtree_{table}_geom USING rtree(id, minx, maxx, miny, maxy)"))
}

/// Returns the table that tells the node of each row.
pub(super) fn table_of_rows(table: &str) -> String {
    format!("rtree_{table}_geom_rowid")
}

/// An index, ready to be put into its tables.
pub(super) struct Tree {
    /// The node of each row.
    pub(super) of_row: Vec<u32>,
    /// The rows, the nodes that hold them, the nodes that hold those, and so on; [`CELLS`] after
    /// another share a node of the level above, those of the last level share the topmost.
    levels: Vec<Vec<Cell>>,
}

/// The number of the topmost node.
const TOP: u32 = 1;

impl Tree {
    /// Packs rows, which are numbered from 1 without a gap.
    pub(super) fn of(mut rows: Vec<Cell>) -> Self {
        tile(&mut rows);
        let (mut level, mut next) = (rows, TOP + 1);
        let mut levels = Vec::new();
        while level.len() > CELLS {
            let node = |(cells, id): (&[Cell], u32)| Cell {
                id,
                sides: cells.iter().map(|cell| cell.sides).reduce(around).unwrap_or_default(),
            };
            let above: Vec<Cell> = level.chunks(CELLS).zip(next..).map(node).collect();
            next += above.len() as u32;
            levels.push(std::mem::replace(&mut level, above));
        }
        levels.push(level);
        let mut tree = Self { of_row: vec![TOP; levels[0].len()], levels };
        for (cells, node) in tree.levels[0].chunks(CELLS).zip(tree.levels.iter().skip(1).flatten()) {
            cells.iter().for_each(|cell| tree.of_row[cell.id as usize - 1] = node.id);
        }
        tree
    }

    /// Returns the number of each node and its cells, level by level, the topmost last.
    fn nodes(&self, level: usize) -> impl Iterator<Item = (u32, &[Cell])> {
        let above = self.levels.get(level + 1).map_or(&[][..], Vec::as_slice);
        let numbers = above.iter().map(|node| node.id).chain([TOP]);
        numbers.zip(self.levels[level].chunks(CELLS).chain(self.levels[level].is_empty().then_some(&[][..])))
    }

    /// Puts the nodes into the tables of an index that [`create`] has made; `of_row` is not put.
    pub(super) fn put_nodes(&self, database: &Connection, table: &str) -> Result<(), rusqlite::Error> {
        let index = format!("rtree_{table}_geom");
        let mut put_node = database.prepare(&format!("INSERT OR REPLACE INTO {index}_node VALUES (?, ?)"))?;
        let mut put_parent = database.prepare(&format!("INSERT INTO {index}_parent VALUES (?, ?)"))?;
        for level in 0..self.levels.len() {
            for (number, cells) in self.nodes(level) {
                // Only the topmost node tells how deep the tree is.
                let depth = if number == TOP { level as u16 } else { 0 };
                put_node.execute(params![number, node(depth, cells)])?;
                let nodes = if level > 0 { cells } else { &[] };
                nodes.iter().try_for_each(|cell| put_parent.execute(params![cell.id, number]).map(drop))?;
            }
        }
        Ok(())
    }
}

/// Puts rows into the order in which neighbours share a node: upright slices, each from south to
/// north.
fn tile(cells: &mut [Cell]) {
    let middle = |cell: &Cell, axis: usize| f64::from(cell.sides[2 * axis]) + f64::from(cell.sides[2 * axis + 1]);
    let nodes = cells.len().div_ceil(CELLS);
    let slice = CELLS * (nodes as f64).sqrt().ceil() as usize;
    cells.par_sort_unstable_by(|a, b| middle(a, 0).total_cmp(&middle(b, 0)).then(a.id.cmp(&b.id)));
    cells.par_chunks_mut(slice.max(1)).for_each(|slice| {
        slice.sort_unstable_by(|a, b| middle(a, 1).total_cmp(&middle(b, 1)).then(a.id.cmp(&b.id)));
    });
}

/// The box in single precision, never smaller than in double.
fn outwards(bounds: &Bounds) -> [f32; 4] {
    let [w, e, s, n] = bounds.0;
    let down = |side: f64| if f64::from(side as f32) > side { (side as f32).next_down() } else { side as f32 };
    let up = |side: f64| if f64::from(side as f32) < side { (side as f32).next_up() } else { side as f32 };
    [down(w), up(e), down(s), up(n)]
}

fn around(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [a[0].min(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].max(b[3])]
}

fn node(depth: u16, cells: &[Cell]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(NODE);
    bytes.extend(depth.to_be_bytes());
    bytes.extend((cells.len() as u16).to_be_bytes());
    for cell in cells {
        bytes.extend(i64::from(cell.id).to_be_bytes());
        cell.sides.iter().for_each(|side| bytes.extend(side.to_be_bytes()));
    }
    bytes.resize(NODE, 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxes(count: usize) -> Vec<Bounds> {
        let spread = |k: usize, by: usize| (k * by % 10_007) as f64 * 13.7 + 2_000_000.123;
        (0..count)
            .map(|k| (spread(k, 7919), spread(k, 104_729)))
            .map(|(x, y)| Bounds([x, x + 40.5, y, y + 9.25]))
            .collect()
    }

    fn filled(boxes: &[Bounds]) -> Connection {
        let cells = (1..).zip(boxes).map(|(row, bounds)| Cell::of(row, bounds)).collect();
        let (database, tree) = (Connection::open_in_memory().unwrap(), Tree::of(cells));
        create(&database, "t").unwrap();
        tree.put_nodes(&database, "t").unwrap();
        let mut put = database.prepare("INSERT INTO rtree_t_geom_rowid (rowid, nodeno) VALUES (?, ?)").unwrap();
        (1i64..).zip(&tree.of_row).for_each(|(row, node)| assert_eq!(put.execute(params![row, node]).unwrap(), 1));
        drop(put);
        database
    }

    #[test]
    fn sqlite_finds_the_packed_tree_in_order() {
        for count in [0, 1, 51, 52, 2_601, 2_602, 20_000] {
            let database = filled(&boxes(count));
            let check: String = database.query_row("SELECT rtreecheck('rtree_t_geom')", [], |row| row.get(0)).unwrap();
            assert_eq!(check, "ok", "{count}");
        }
    }

    #[test]
    fn the_packed_tree_answers_as_a_look_at_every_box_does() {
        let boxes = boxes(5_000);
        let database = filled(&boxes);
        let (w, e, s, n) = (2_020_000.0, 2_031_000.0, 2_050_000.0, 2_099_000.0);
        let select = "SELECT count(*) FROM rtree_t_geom WHERE minx <= ? AND maxx >= ? AND miny <= ? AND maxy >= ?";
        let found: usize = database.query_row(select, [e, w, n, s], |row| row.get(0)).unwrap();
        let meets = |b: &&Bounds| b.0[0] <= e && b.0[1] >= w && b.0[2] <= n && b.0[3] >= s;
        assert_eq!(found, boxes.iter().filter(meets).count());
        assert!(found > 100);
    }
}
