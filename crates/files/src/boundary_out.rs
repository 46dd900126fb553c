//! The land bureau's boundary file (界址点坐标 TXT), written; `boundary_txt` reads it.
//!
//! Eastings carry the number of their zone, as the bureau's programs want them. Numbers have as
//! many digits as the grid needs, so that nothing is rounded a second time.

use crate::error::FileError;
use crate::format::Format;
use crate::gauss::{Datum, Width, Zone};
use crate::geojson::Totals;
use crate::gpkg::Dress;
use crate::manner::Manner;
use crate::progress::Part;
use crate::sheet::Sheet;
use crate::theme::{Cell, Theme};
use geo::Coord;
use lantu_engine::{GridPolygon, Point};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Readers take points that are no farther apart than this, in metres, for the same.
const SAME_PLACE_M: f64 = 2e-3;

/// The plane of a boundary file.
#[derive(Clone, Copy)]
pub(crate) struct Plane {
    zone: Zone,
    prefixed: bool,
    decimals: usize,
}

impl Plane {
    /// Returns the plane in which a sheet is written.
    ///
    /// # Errors
    /// [`FileError::CannotHold`] if the CRS is no Gauss–Krüger zone of China.
    pub(crate) fn of(path: &Path, sheet: &Sheet<'_>, dress: Dress<'_>) -> Result<Self, FileError> {
        let name = dress.crs.name();
        let (zone, prefixed) = dress.crs.zone().ok_or_else(|| FileError::CannotHold {
            path: path.to_path_buf(),
            format: Format::BoundaryTxt,
            why: [
                format!("只能写高斯—克吕格分带坐标，而项目坐标系是 {name}"),
                format!("holds coordinates of Gauss–Krüger zones only, and the project's CRS is {name}"),
            ],
        })?;
        let decimals = (0..=9).find(|&decimals| {
            let units = sheet.partition.grid.step() * 10f64.powi(decimals as i32);
            units >= 1.0 - 1e-9 && (units - units.round()).abs() < 1e-9
        });
        Ok(Self { zone, prefixed, decimals: decimals.unwrap_or(9) })
    }

    /// How much is added to eastings.
    pub(crate) fn added(self) -> f64 {
        if self.prefixed { 0.0 } else { f64::from(self.zone.number) * 1e6 }
    }

    fn head(self) -> String {
        let datum = match self.zone.datum {
            Datum::Cgcs2000 => "2000国家大地坐标系",
            Datum::Xian80 => "1980西安坐标系",
            Datum::Beijing54 => "1954北京坐标系",
        };
        let width = match self.zone.width {
            Width::Three => 3,
            Width::Six => 6,
        };
        format!(
            "[属性描述]\r\n格式版本号=1.00\r\n坐标系={datum}\r\n几度分带={width}\r\n投影类型=高斯克吕格\r\n计量单位=米\r\n\
             带号={}\r\n精度={}\r\n转换参数=0,0,0,0,0,0,0\r\n[地块坐标]\r\n",
            self.zone.number,
            10f64.powi(-(self.decimals as i32))
        )
    }

    /// North and east, as they stand in a line.
    fn coordinates(self, at: Coord<f64>) -> String {
        let decimals = self.decimals;
        // Digits are put before digits: adding numbers would round.
        let width = 6 + usize::from(decimals > 0) + decimals;
        if self.prefixed || !(0.0..1e6).contains(&at.x) {
            format!("{:.decimals$},{:.decimals$}", at.y, at.x + self.added())
        } else {
            format!("{:.decimals$},{}{:0width$.decimals$}", at.y, self.zone.number, at.x)
        }
    }
}

/// Files of their own are for parcels that are handed in one by one, not for a whole county.
const MOST_FILES: usize = 10_000;

/// Writes a boundary file with a parcel per group, or a file per group; returns the files too, and how many
/// parcels have characters that the encoding lacks.
pub(crate) fn write(
    path: &Path,
    sheet: &Sheet<'_>,
    theme: &Theme<'_>,
    dress: Dress<'_>,
    manner: &Manner,
    watch: &Part<'_>,
) -> Result<(Totals, Vec<PathBuf>, u64), FileError> {
    let plane = Plane::of(path, sheet, dress)?;
    let files = files(path, sheet.len(), manner.each)?;
    let refuse = |source: std::io::Error| FileError::NotWritable { path: path.to_path_buf(), source };
    let begin = |file: &PathBuf| -> std::io::Result<BufWriter<File>> {
        let mut out = BufWriter::with_capacity(1 << 16, File::create(file)?);
        out.write_all(&manner.encoding.encode(&plane.head()))?;
        Ok(out)
    };
    let mut out = begin(&files[0]).map_err(refuse)?;
    let (mut totals, mut unknown) = (Totals::default(), 0);
    for group in 0..sheet.len() {
        if group % 256 == 0 && !watch.reached(group as f64 / sheet.len() as f64) {
            return Err(FileError::Cancelled { path: path.to_path_buf() });
        }
        if let Some(file) = files.get(group).filter(|_| group > 0) {
            out.flush().map_err(refuse)?;
            out = begin(file).map_err(refuse)?;
        }
        let ellipsoid = sheet.ellipsoid_area(dress.arcs, group);
        let cells = (theme.values)(group, ellipsoid);
        let text = parcel(sheet, plane, &Named { number: group + 1, theme, cells: &cells, dress }, group);
        unknown += u64::from(!manner.encoding.holds(&text));
        out.write_all(&manner.encoding.encode(&text)).map_err(refuse)?;
        totals.features += 1;
        totals.ellipsoid_m2 += ellipsoid;
    }
    out.flush().map_err(refuse)?;
    Ok((totals, files, unknown))
}

/// The file for all parcels, or one for each: `NAME_001.txt`, as many digits as the last needs.
fn files(path: &Path, parcels: usize, each: bool) -> Result<Vec<PathBuf>, FileError> {
    if !each || parcels <= 1 {
        return Ok(vec![path.to_path_buf()]);
    }
    if parcels > MOST_FILES {
        return Err(FileError::CannotHold {
            path: path.to_path_buf(),
            format: Format::BoundaryTxt,
            why: [
                format!("每个图斑一个文件时最多写 {MOST_FILES} 个，而这里有 {parcels} 个图斑；请用 --only 选出类别"),
                format!(
                    "is written as {MOST_FILES} files at most, and there are {parcels} patches: choose classes by --only"
                ),
            ],
        });
    }
    let (stem, digits) = (path.file_stem().unwrap_or_default().to_string_lossy(), parcels.to_string().len());
    Ok((1..=parcels).map(|number| path.with_file_name(format!("{stem}_{number:0digits$}.txt"))).collect())
}

/// What a parcel is called.
struct Named<'a, 'v> {
    number: usize,
    theme: &'a Theme<'v>,
    cells: &'a [Cell<'v>],
    dress: Dress<'a>,
}

impl Named<'_, '_> {
    /// The text of a property; empty where there is none.
    fn text(&self, property: &str) -> &str {
        let at = self.theme.columns.iter().position(|(name, _)| *name == property);
        match at.map(|at| &self.cells[at]) {
            Some(Cell::Text(text)) => text,
            _ => "",
        }
    }

    /// The fields before the `@`: count, hectares, number, name, shape, sheet, use, code.
    fn head(&self, points: usize, hectares: f64) -> String {
        let class = self.text("class");
        let usage = self.dress.rules.classes.iter().find(|known| known.id.as_str() == class);
        let usage = if class.is_empty() { "待定" } else { usage.map_or(class, |known| &known.name.zh) };
        let name = [self.text("layer"), self.text("id")].concat();
        // A comma or a line's end would begin another field or line.
        let plain = |text: &str| text.replace(',', "，").replace(['\r', '\n', '@'], " ");
        let (number, name, usage, class) = (self.number, plain(&name), plain(usage), plain(class));
        format!("{points},{hectares:.4},{number},{name},面,,{usage},{class},@\r\n")
    }
}

fn parcel(sheet: &Sheet<'_>, plane: Plane, named: &Named<'_, '_>, group: usize) -> String {
    let ground: Vec<GridPolygon> = sheet.ground(group);
    let grid = &sheet.partition.grid;
    let rings: Vec<&Vec<Point>> = ground.iter().flatten().collect();
    let points = rings.iter().map(|ring| ring.len() + 1).sum();
    let mut text = named.head(points, grid.area(sheet.area2(group)) / 1e4);
    let apart = SAME_PLACE_M / grid.step();
    for (number, ring) in (1..).zip(rings) {
        let start = lonely(ring, apart);
        let turned = ring[start..].iter().chain(&ring[..=start]);
        for (at, &point) in turned.enumerate() {
            let point_number = if at == ring.len() { 1 } else { at + 1 };
            // Writing to a String cannot fail.
            let _ = write!(text, "J{point_number},{number},{}\r\n", plane.coordinates(grid.locate(point)));
        }
    }
    text
}

/// A point of a ring that no other is so near to that readers take the ring to be closed there.
fn lonely(ring: &[Point], apart: f64) -> usize {
    let alone =
        |&at: &usize| ring.iter().enumerate().all(|(other, point)| other == at || ring[at].distance(*point) > apart);
    (0..ring.len()).find(alone).unwrap_or(0)
}
