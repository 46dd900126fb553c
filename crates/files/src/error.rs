//! What can keep a file from being read, written or proven, in sentences for people.

use crate::claim::Looks;
use crate::format::Format;
use crate::messages::Cause;
use geo::Coord;
use lantu_engine::{Feature, OutOfRange, Stop};
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a file could not be read, written or checked.
///
/// Every variant names the file it is about; the only exceptions are a CRS that is not known and
/// a transform between two of them, which belong to no file. Bad geometry is no error: the engine
/// makes findings of it.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "fields are named after what they hold; the variants are documented")]
pub enum FileError {
    /// There is no such file, or it may not be read.
    Missing { path: PathBuf, source: io::Error },
    /// The source's spelling has a part that means nothing.
    SourceSpelling { path: PathBuf, part: String },
    /// A password stands in a source, which is kept and shown.
    PasswordInSource { path: PathBuf },
    /// The database cannot be reached.
    NotConnected { path: PathBuf, source: Cause },
    /// No driver recognises the file.
    NotGis { path: PathBuf, source: Cause },
    /// The GDAL at hand was built without the driver that the file needs.
    NoDriver { path: PathBuf, format: &'static str, driver: &'static str },
    /// The file is meant to be GeoJSON but is not JSON.
    BrokenJson { path: PathBuf, source: serde_json::Error },
    /// The file is shorter than its header promises.
    Truncated { path: PathBuf, promised: u64, found: u64 },
    /// A file that belongs to a Shapefile is not there.
    Companion { path: PathBuf, companion: PathBuf },
    /// Reading failed in the middle; `after` features had been read.
    Broken { path: PathBuf, after: u64, source: Cause },
    /// The file holds no layer at all.
    NoLayers { path: PathBuf },
    /// The file has several layers and none was named.
    WhichLayer { path: PathBuf, there: Vec<String> },
    /// The file has no layer of this name.
    UnknownLayer { path: PathBuf, layer: String, there: Vec<String> },
    /// The layer has no such field.
    UnknownField { path: PathBuf, layer: String, field: String, there: Vec<String> },
    /// No font of this machine has Chinese characters.
    NoFont { path: PathBuf },
    /// A report cannot be written as a file of this ending.
    NoPaper { path: PathBuf },
    /// The layer has no feature.
    Empty { path: PathBuf, layer: String },
    /// The subset's condition is not understood.
    BadSubset { path: PathBuf, subset: String, source: Cause },
    /// The subset's condition matches no feature.
    NothingMatches { path: PathBuf, subset: String, features: u64 },
    /// The layer holds points, lines or no geometry, but no area.
    NotAreas { path: PathBuf, layer: String, what: NotArea, features: u64 },
    /// The layer was to be one of lines and has none.
    NotLines { path: PathBuf, layer: String, features: u64 },
    /// The layer does not say in which CRS it is.
    NoCrs { path: PathBuf, layer: String },
    /// The layer does not say in which CRS it is, but its numbers do.
    LooksLike { path: PathBuf, layer: String, looks: Box<Looks> },
    /// The layer's numbers cannot be what its CRS says.
    Contradicted { path: PathBuf, layer: String, claimed: String, looks: Option<Box<Looks>> },
    /// Eastings without a zone, in a file that names none.
    NoZone { path: PathBuf },
    /// Nothing is known by this name of an encoding.
    UnknownEncoding { path: PathBuf, label: String },
    /// No coordinate of the layer can be brought into the project's CRS.
    NotProjectable { path: PathBuf, from: String, to: String },
    /// The text names no CRS.
    UnknownCrs { text: String, source: Cause },
    /// There is no way from one CRS to another.
    NoTransform { from: String, to: String, source: Cause },
    /// The file's ending names no format that can be written.
    UnknownFormat { path: PathBuf },
    /// The GDAL at hand has no driver that writes the format.
    NoWriter { path: PathBuf, format: Format, driver: &'static str },
    /// The format cannot hold what is to be written.
    CannotHold { path: PathBuf, format: Format, why: [String; 2] },
    /// No patch has one of the classes asked for.
    NoneOfClasses { path: PathBuf, wanted: Vec<String>, there: Vec<String> },
    /// The place cannot be written to.
    NotWritable { path: PathBuf, source: io::Error },
    /// A part of a result would take the place of a file that is none of the export before.
    PartInTheWay { path: PathBuf, part: PathBuf },
    /// Writing failed in the middle.
    WriteFailed { path: PathBuf, source: Cause },
    /// The data do not fit any grid; the feature that reaches farthest is mostly why.
    OutOfRange { path: PathBuf, source: OutOfRange, farthest: Option<Farthest> },
    /// There is more than one run can hold.
    TooMuch { path: PathBuf, source: Stop },
    /// Somebody asked to stop.
    Cancelled { path: PathBuf },
}

/// The point of a layer that lies farthest from the plane's zero, where stray coordinates are found.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Farthest {
    /// The feature that it is of.
    pub fid: i64,
    /// Where it lies in the plane of the run.
    pub at: Coord<f64>,
}

impl Farthest {
    /// Returns the farthest finite point of some features.
    pub fn of(features: &[Feature]) -> Option<Self> {
        let reach = |at: Coord<f64>| at.x.abs().max(at.y.abs());
        let points = features.iter().flat_map(|feature| {
            let rings = feature.polygons.iter().flatten();
            rings.flat_map(|ring| &ring.0).map(|&at| Self { fid: feature.fid, at })
        });
        let finite = points.filter(|point| reach(point.at).is_finite());
        finite.max_by(|a, b| reach(a.at).total_cmp(&reach(b.at)))
    }

    fn sentence(&self) -> [String; 2] {
        let (fid, x, y) = (self.fid, short(self.at.x), short(self.at.y));
        [format!("最远的是要素 {fid}，位于 ({x}, {y})。"), format!(" Farthest lies feature {fid}, at ({x}, {y}).")]
    }
}

/// A coordinate to the metre; beyond what doubles count one by one, by its power of ten.
fn short(number: f64) -> String {
    if number.abs() < 1e15 { format!("{number:.0}") } else { format!("{number:.3e}") }
}

/// What a layer holds instead of areas.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotArea {
    /// Points.
    Points,
    /// Lines.
    Lines,
    /// Rows without geometry.
    Nothing,
}

impl FileError {
    pub(crate) fn of_stop(path: &std::path::Path, stop: Stop) -> Self {
        let path = path.to_path_buf();
        match stop {
            Stop::Cancelled => Self::Cancelled { path },
            source => Self::TooMuch { path, source },
        }
    }

    /// Returns the error of features that do not fit a grid, with the farthest of them.
    pub fn out_of_range(path: &std::path::Path, source: OutOfRange, features: &[Feature]) -> Self {
        Self::OutOfRange { path: path.to_path_buf(), source, farthest: Farthest::of(features) }
    }

    /// Names the archive instead of the folder that it was unpacked into.
    pub(crate) fn in_archive(mut self, archive: &std::path::Path, file: &std::path::Path, unpacked: bool) -> Self {
        use FileError::*;
        let named = archive.join(file.file_name().unwrap_or_default());
        match &mut self {
            Missing { path, .. }
            | NotGis { path, .. }
            | NoDriver { path, .. }
            | BrokenJson { path, .. }
            | Truncated { path, .. }
            | Broken { path, .. }
            | NoLayers { path }
            | NoZone { path }
            | UnknownEncoding { path, .. }
                if unpacked =>
            {
                *path = named;
            }
            Companion { path, companion } if unpacked => {
                *companion = PathBuf::from(companion.file_name().unwrap_or_default());
                *path = named;
            }
            _ => {}
        }
        self
    }

    /// Returns what happened, to which thing: Chinese, English.
    pub fn sentence(&self) -> [String; 2] {
        use FileError::*;
        match self {
            Missing { path, source } => both(
                format!("无法读取文件 {}：{source}。", path.display()),
                format!("{} cannot be read: {source}.", path.display()),
            ),
            SourceSpelling { path, part } => both(
                format!("数据源 {} 的写法有误：无法理解“{part}”。", path.display()),
                format!("The source {} is misspelt: \"{part}\" is not understood.", path.display()),
            ),
            PasswordInSource { path } => both(
                format!("数据源 {} 中写有密码，或写成了可能带密码的网址。", path.display()),
                format!("The source {} holds a password, or is an address that may hold one.", path.display()),
            ),
            NotConnected { path, source } => both(
                format!("无法连接数据库 {}：{source}。", path.display()),
                format!("The database {} cannot be reached: {source}.", path.display()),
            ),
            NotGis { path, source } => both(
                format!("{} 不是可识别的 GIS 文件：{source}。", path.display()),
                format!("{} is not a GIS file that can be read: {source}.", path.display()),
            ),
            NoDriver { path, format, driver } => both(
                format!("无法读取 {}：{format} 需要 GDAL 的 {driver} 驱动，本机没有。", path.display()),
                format!(
                    "{} cannot be read: {format} needs GDAL's driver {driver}, which is missing here.",
                    path.display()
                ),
            ),
            BrokenJson { path, source } => both(
                format!(
                    "GeoJSON 文件 {} 已损坏，第 {} 行第 {} 列：{source}。",
                    path.display(),
                    source.line(),
                    source.column()
                ),
                format!(
                    "The GeoJSON file {} is broken at line {}, column {}: {source}.",
                    path.display(),
                    source.line(),
                    source.column()
                ),
            ),
            Truncated { path, promised, found } => both(
                format!("{} 不完整：文件头声明 {promised} 字节，实际只有 {found} 字节。", path.display()),
                format!(
                    "{} is truncated: its header promises {promised} bytes, but there are {found}.",
                    path.display()
                ),
            ),
            Companion { path, companion } => both(
                format!("Shapefile {} 缺少 {}。", path.display(), companion.display()),
                format!("The Shapefile {} lacks {}.", path.display(), companion.display()),
            ),
            Broken { path, after, source } => both(
                format!("读取 {} 时出错，在第 {} 个要素处：{source}。", path.display(), after + 1),
                format!("{} is broken at its feature number {}: {source}.", path.display(), after + 1),
            ),
            NoLayers { path } => both(
                format!("{} 中没有任何矢量图层。", path.display()),
                format!("{} holds no vector layer.", path.display()),
            ),
            WhichLayer { path, there } => both(
                format!("{} 含有多个图层，未指明读取哪一个：{}。", path.display(), there.join("、")),
                format!("{} holds several layers and none was named: {}.", path.display(), there.join(", ")),
            ),
            UnknownLayer { path, layer, there } => both(
                format!("{} 中没有名为“{layer}”的图层；现有：{}。", path.display(), there.join("、")),
                format!("{} has no layer \"{layer}\"; it has: {}.", path.display(), there.join(", ")),
            ),
            UnknownField { path, layer, field, there } => both(
                format!("{} 的图层“{layer}”没有字段“{field}”；现有：{}。", path.display(), there.join("、")),
                format!(
                    "Layer \"{layer}\" of {} has no field \"{field}\"; it has: {}.",
                    path.display(),
                    there.join(", ")
                ),
            ),
            NoFont { path } => both(
                format!("无法写出 {}：这台电脑上没有带汉字的字体。", path.display()),
                format!("{} cannot be written: no font of this machine has Chinese characters.", path.display()),
            ),
            NoPaper { path } => both(
                format!("报告不能写成 {}：后缀应为 .json、.xlsx、.html 或 .pdf。", path.display()),
                format!("A report cannot be {}: the ending must be .json, .xlsx, .html or .pdf.", path.display()),
            ),
            Empty { path, layer } => both(
                format!("{} 的图层“{layer}”是空的，没有任何要素。", path.display()),
                format!("Layer \"{layer}\" of {} is empty: it has no feature.", path.display()),
            ),
            BadSubset { path, subset, source } => both(
                format!("{} 的筛选条件“{subset}”无法理解：{source}。", path.display()),
                format!("The subset \"{subset}\" of {} is not understood: {source}.", path.display()),
            ),
            NothingMatches { path, subset, features } => both(
                format!("{} 的 {features} 个要素中没有一个满足筛选条件“{subset}”。", path.display()),
                format!("None of the {features} features of {} meets the subset \"{subset}\".", path.display()),
            ),
            NotAreas { path, layer, what, features } => both(
                format!("{} 的图层“{layer}”的 {features} 个要素{}，不是面。", path.display(), what.names()[0]),
                format!(
                    "Layer \"{layer}\" of {} holds {}, not areas ({features} features).",
                    path.display(),
                    what.names()[1]
                ),
            ),
            NotLines { path, layer, features } => both(
                format!("{} 的图层“{layer}”的 {features} 个要素中没有一条线。", path.display()),
                format!("Layer \"{layer}\" of {} has no line among its {features} features.", path.display()),
            ),
            NoCrs { path, layer } => both(
                format!("{} 的图层“{layer}”没有坐标参考系。", path.display()),
                format!(
                    "Layer \"{layer}\" of {} does not say in which coordinate reference system it is.",
                    path.display()
                ),
            ),
            LooksLike { path, layer, looks } => both(
                format!("{} 的图层“{layer}”没有坐标参考系；{}。", path.display(), looks.like[0]),
                format!(
                    "Layer \"{layer}\" of {} does not say in which coordinate reference system it is; {}.",
                    path.display(),
                    looks.like[1]
                ),
            ),
            Contradicted { path, layer, claimed, looks } => {
                let like = |language: usize, otherwise: &str| {
                    looks.as_ref().map_or_else(|| otherwise.to_owned(), |looks| looks.like[language].clone())
                };
                both(
                    format!(
                        "{} 的图层“{layer}”的坐标与其坐标系 {claimed} 矛盾：{}。",
                        path.display(),
                        like(0, "数值不可能属于该坐标系")
                    ),
                    format!(
                        "The coordinates of layer \"{layer}\" of {} contradict its coordinate reference system {claimed}: {}.",
                        path.display(),
                        like(1, "no such numbers exist in it")
                    ),
                )
            }
            NoZone { path } => both(
                format!("{} 没有带号，横坐标也不带带号，无法确定位置。", path.display()),
                format!(
                    "{} names no zone (带号) and its eastings carry none, so its place is unknown.",
                    path.display()
                ),
            ),
            UnknownEncoding { path, label } => both(
                format!("为 {} 指定的编码“{label}”无法识别。", path.display()),
                format!("The encoding \"{label}\" given for {} is not known.", path.display()),
            ),
            NotProjectable { path, from, to } => both(
                format!("{} 的坐标无法从 {from} 转换到 {to}：没有一个点落在其适用范围内。", path.display()),
                format!(
                    "The coordinates of {} cannot be brought from {from} to {to}: not one point lies where that is possible.",
                    path.display()
                ),
            ),
            UnknownCrs { text, source } => both(
                format!("“{text}”不是已知的坐标参考系：{source}。"),
                format!("\"{text}\" is not a known coordinate reference system: {source}."),
            ),
            NoTransform { from, to, source } => both(
                format!("无法从 {from} 转换到 {to}：{source}。"),
                format!("There is no way from {from} to {to}: {source}."),
            ),
            UnknownFormat { path } => both(
                format!("无法判断 {} 的写出格式。", path.display()),
                format!("The ending of {} names no format that can be written.", path.display()),
            ),
            NoWriter { path, format, driver } => both(
                format!(
                    "无法写出 {}：{}需要 GDAL 的 {driver} 驱动，本机没有或不能写。",
                    path.display(),
                    format.names()[0]
                ),
                format!(
                    "{} cannot be written: {} needs GDAL's driver {driver}, which is missing here or cannot write.",
                    path.display(),
                    format.names()[1]
                ),
            ),
            CannotHold { path, format, why: [zh, en] } => both(
                format!("无法写出 {}：{}{zh}。", path.display(), format.names()[0]),
                format!("{} cannot be written: a {} {en}.", path.display(), format.names()[1]),
            ),
            NoneOfClasses { path, wanted, there } => both(
                format!(
                    "没有可写入 {} 的图斑：没有一个属于{}；现有类别：{}。",
                    path.display(),
                    wanted.join("、"),
                    there.join("、")
                ),
                format!(
                    "There is no patch for {}: none is of class {}; the classes are: {}.",
                    path.display(),
                    wanted.join(", "),
                    there.join(", ")
                ),
            ),
            NotWritable { path, source } => both(
                format!("无法写入 {}：{source}。原有文件未改动。", path.display()),
                format!("{} cannot be written: {source}. What was there before is untouched.", path.display()),
            ),
            PartInTheWay { path, part } => both(
                format!(
                    "{} 要分写为几个文件，但 {} 已存在，且不是上次导出的部分。未写出任何文件。",
                    path.display(),
                    part.display()
                ),
                format!(
                    "{} is written in several files, but {} is there already and is no part of the export before. Nothing was written.",
                    path.display(),
                    part.display()
                ),
            ),
            WriteFailed { path, source } => both(
                format!("写出 {} 时出错：{source}。原有文件未改动。", path.display()),
                format!("Writing {} failed: {source}. What was there before is untouched.", path.display()),
            ),
            OutOfRange { path, source, farthest } => {
                let [zh, en] = farthest.as_ref().map(Farthest::sentence).unwrap_or_default();
                both(
                    format!("{} 的数据超出格网范围：{source}。{zh}", path.display()),
                    format!("The data of {} do not fit the grid: {source}.{en}", path.display()),
                )
            }
            TooMuch { path, source } => both(
                format!("{} 的数据量过大：{source}。", path.display()),
                format!("{} is too large for one run: {source}.", path.display()),
            ),
            Cancelled { path } => both(
                format!("已按要求停止，{} 未完成。", path.display()),
                format!("Stopped on request; {} is not finished.", path.display()),
            ),
        }
    }

    /// Returns what to do about it: Chinese, English.
    pub fn hint(&self) -> [String; 2] {
        use FileError::*;
        let [zh, en] = match self {
            Missing { .. } => [
                "请检查路径是否正确、文件是否存在、是否有读取权限。",
                "Check the path, whether the file is there and whether you may read it.",
            ],
            SourceSpelling { .. } => [
                "写法：路径|layername=图层名|subset=SQL 条件；后两部分可省略。",
                "Write path|layername=NAME|subset=SQL; the last two parts may be left out.",
            ],
            PasswordInSource { .. } => [
                "数据源会写入记录和报告。请写成 PG:host=… dbname=… user=…，密码放在 ~/.pgpass 或环境变量 PGPASSWORD 中。",
                "Sources are kept in records and reports. Write PG:host=… dbname=… user=… and put the password into ~/.pgpass or the variable PGPASSWORD.",
            ],
            NotConnected { .. } => [
                "请检查主机、端口、库名和用户名，以及网络；密码放在 ~/.pgpass 或环境变量 PGPASSWORD 中。",
                "Check host, port, database, user and the network; the password belongs into ~/.pgpass or the variable PGPASSWORD.",
            ],
            NotGis { .. } => [
                "请提供 Shapefile、文件地理数据库、GeoPackage、GeoJSON、DXF、KML 等 GIS 文件，界址点 TXT，或含 WKT 或 X、Y 列的表格。",
                "Give a GIS file (Shapefile, file geodatabase, GeoPackage, GeoJSON, DXF, KML, …), a boundary TXT, or a table with a column WKT or columns X and Y.",
            ],
            NoDriver { .. } => [
                "请安装带该驱动的 GDAL，或在原软件中另存为 GeoPackage、Shapefile 或 DXF。",
                "Install a GDAL that has it, or save the data as GeoPackage, Shapefile or DXF.",
            ],
            BrokenJson { .. } | Broken { .. } => {
                ["请从原软件重新导出该文件。", "Export the file again from the program that made it."]
            }
            Truncated { .. } => [
                "复制或下载可能中断：请重新获取整个文件。",
                "A copy or download was probably cut off: fetch the whole file again.",
            ],
            Companion { .. } => [
                "请把同名的 .shp、.shx、.dbf、.prj 放在同一文件夹中。",
                "Put the .shp, .shx, .dbf and .prj of the same name into one folder.",
            ],
            NoFont { .. } => [
                "请安装一种中文字体（例如 fonts-noto-cjk），或用 LANTU_FONT 指明字体文件；也可改用 .html。",
                "Install one (for example fonts-noto-cjk), name a font file in LANTU_FONT, or write .html instead.",
            ],
            NoPaper { .. } => ["请更改文件名的后缀。", "Change the file's ending."],
            NoLayers { .. } | Empty { .. } => [
                "请检查是否选错了文件，或从项目中移除该图层。",
                "Check whether it is the right file, or take the layer out of the project.",
            ],
            WhichLayer { .. } | UnknownLayer { .. } => {
                ["请在路径后加上 |layername=图层名。", "Add |layername=NAME to the path."]
            }
            UnknownField { .. } => [
                "请改用现有字段，或去掉类别字段。",
                "Name one of the fields that are there, or leave the class field out.",
            ],
            BadSubset { .. } => [
                "请检查字段名和引号：字段名用双引号，文本值用单引号。",
                "Check field names and quotes: double quotes for fields, single quotes for text.",
            ],
            NothingMatches { .. } => {
                ["请检查字段的取值，或去掉筛选条件。", "Check the values of the field, or leave the subset out."]
            }
            NotAreas { .. } => [
                "请提供面图层；点、线图层不能参与叠加。",
                "Give a layer of polygons; points and lines cannot be overlaid.",
            ],
            NotLines { .. } => ["请提供线图层，例如修测海岸线。", "Give a layer of lines, as a surveyed coastline."],
            LooksLike { looks, .. } | Contradicted { looks: Some(looks), .. } => return looks.proposal(),
            Contradicted { .. } => [
                "请查明数据的坐标系，并为该图层写 crs（例如 EPSG:4527）。",
                "Find out the CRS of the data and write crs for the layer (for example EPSG:4527).",
            ],
            NoCrs { .. } => [
                "请为该图层指定坐标系（例如 EPSG:4490 或 EPSG:4527），或补上 .prj 文件。",
                "Say which it is (for example EPSG:4490 or EPSG:4527) or add the .prj file.",
            ],
            NoZone { .. } => [
                "请为该图层指定坐标系 crs：第 36 带（108°）为 EPSG:4545，第 37 带（111°）为 EPSG:4546。",
                "Give the layer's crs: zone 36 (108°) is EPSG:4545, zone 37 (111°) is EPSG:4546.",
            ],
            UnknownEncoding { .. } => {
                ["请写 GBK、GB18030、UTF-8、Big5 之一。", "Write one of GBK, GB18030, UTF-8 and Big5."]
            }
            NotProjectable { .. } | NoTransform { .. } => [
                "请检查该图层的坐标系是否正确，或为项目选择另一个坐标系。",
                "Check whether the layer's CRS is right, or choose another one for the project.",
            ],
            UnknownCrs { .. } => ["请写成 EPSG:代码，例如 EPSG:4546。", "Write EPSG:code, for example EPSG:4546."],
            NoWriter { .. } => [
                "请安装带该驱动的 GDAL，或改写 GeoPackage（.gpkg）。",
                "Install a GDAL that has it, or write a GeoPackage (.gpkg).",
            ],
            CannotHold { .. } => [
                "请改用 GeoPackage（.gpkg）或 Shapefile（.shp）。",
                "Write a GeoPackage (.gpkg) or a Shapefile (.shp) instead.",
            ],
            NoneOfClasses { .. } => ["请写出现有的类别。", "Name classes that are there."],
            UnknownFormat { .. } => [
                "文件名请以 .geojson、.gpkg、.shp、.fgb、.gdb、.parquet、.dxf 或 .txt 结尾。",
                "Let the file's name end in .geojson, .gpkg, .shp, .fgb, .gdb, .parquet, .dxf or .txt.",
            ],
            NotWritable { .. } | WriteFailed { .. } => [
                "请检查文件夹是否存在、是否有写入权限、磁盘空间是否足够、文件是否被其他程序打开。",
                "Check that the folder exists and may be written, that the disk has room and that no other program holds the file.",
            ],
            PartInTheWay { .. } => [
                "请换一个文件名，或把该文件移到别处。",
                "Choose another name for the result, or move that file elsewhere.",
            ],
            OutOfRange { .. } => [
                "请检查是否有远离其他数据的坐标，或选用更粗的格网。",
                "Look for coordinates far from all others, or take a coarser grid.",
            ],
            TooMuch { .. } => ["请把图层分成几部分处理。", "Split the layers into parts."],
            Cancelled { .. } => ["可随时重新开始。", "Start again whenever you like."],
        };
        both(zh.to_owned(), en.to_owned())
    }
}

impl NotArea {
    fn names(self) -> [&'static str; 2] {
        match self {
            Self::Points => ["是点", "points"],
            Self::Lines => ["是线", "lines"],
            Self::Nothing => ["没有几何图形", "rows without geometry"],
        }
    }
}

fn both(zh: String, en: String) -> [String; 2] {
    [zh, en]
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [_, english] = self.sentence();
        f.write_str(&english)
    }
}
