//! The tools that are compared: what each is called, whether it is there, how it is run.

use crate::data::Data;
use lantu_bench::Size;
use lantu_bench::machine::{machine, revision, said};
use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Something that reads the layers of a size, and most of them cut them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// GDAL's Arrow stream: reads everything, does nothing.
    Read,
    /// Lantu, the whole job.
    Lantu,
    /// The same, told to cut in a gigabyte.
    Bounded,
    /// mapshaper's `-union`.
    Mapshaper,
    /// GEOS: node all borders, polygonize, find what covers each face.
    Geos,
}

impl Tool {
    /// All of them, Lantu first of those that cut.
    pub const ALL: [Self; 5] = [Self::Read, Self::Lantu, Self::Bounded, Self::Mapshaper, Self::Geos];

    /// Returns whether it is Lantu, whatever it was told.
    pub fn is_lantu(self) -> bool {
        matches!(self, Self::Lantu | Self::Bounded)
    }

    /// Returns a name for files.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Lantu => "lantu",
            Self::Bounded => "lantu-1g",
            Self::Mapshaper => "mapshaper",
            Self::Geos => "geos",
        }
    }

    /// Returns whether a laptop's memory and an hour are likely to do.
    pub fn can(self, size: Size) -> bool {
        match self {
            Self::Read | Self::Lantu => true,
            // Smaller ones fit anyway.
            Self::Bounded => matches!(size.name, "L" | "XL"),
            Self::Mapshaper => size.name != "XL",
            Self::Geos => matches!(size.name, "S" | "M"),
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "GDAL, reading only",
            Self::Lantu => "Lantu",
            Self::Bounded => "Lantu --memory 1G",
            Self::Mapshaper => "mapshaper -union",
            Self::Geos => "GEOS, node and polygonize",
        })
    }
}

/// What is installed here.
#[derive(Debug)]
pub struct Tools {
    folder: PathBuf,
    lantu: String,
    mapshaper: Option<String>,
    python: Option<String>,
}

impl Tools {
    /// Looks for the tools; `folder` is where `bench/peers.sh` has put them.
    pub fn find(folder: &Path) -> Result<Self, String> {
        let lantu = lantu();
        said(&lantu, &["--version"]).ok_or_else(|| format!("{lantu} cannot be run; make bench builds it"))?;
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let mapshaper = text(folder.join("peers/node_modules/mapshaper/bin/mapshaper"));
        let python = text(folder.join("peers/venv/bin/python"));
        Ok(Self {
            folder: folder.to_owned(),
            lantu,
            mapshaper: said("node", &[&mapshaper, "--version"]).map(|_| mapshaper),
            python: said(&python, &["bench/peers.py", "versions"]).map(|_| python),
        })
    }

    /// Returns whether a tool is there.
    pub fn have(&self, tool: Tool) -> bool {
        match tool {
            Tool::Lantu | Tool::Bounded => true,
            Tool::Mapshaper => self.mapshaper.is_some(),
            Tool::Read | Tool::Geos => self.python.is_some(),
        }
    }

    /// Returns the command line of a tool on the files of a size.
    pub fn command(&self, tool: Tool, data: &Data) -> Vec<String> {
        let files = data.files.iter().map(|file| file.to_string_lossy().into_owned());
        let out = self.result(tool, data).unwrap_or_default();
        let mut line: Vec<String> = Vec::new();
        let mut say = |words: &[&str]| line.extend(words.iter().map(|&word| word.to_owned()));
        match tool {
            Tool::Lantu | Tool::Bounded => {
                say(&[&self.lantu, "merge"]);
                if tool == Tool::Bounded {
                    say(&["--memory", "1G"]);
                }
                files.enumerate().for_each(|(k, file)| say(&["--layer", &format!("layer{k}={file}")]));
                say(&["--out", &out, "--report", &self.report(tool, data).to_string_lossy()]);
            }
            Tool::Mapshaper => {
                say(&["node", "--max-old-space-size=20000", self.mapshaper.as_deref().unwrap_or_default(), "-i"]);
                files.for_each(|file| say(&[&file]));
                say(&["combine-files", "-union", "target=*", "-o", &out, "force"]);
            }
            Tool::Read | Tool::Geos => {
                say(&[self.python.as_deref().unwrap_or_default(), "bench/peers.py"]);
                if tool == Tool::Read {
                    say(&["read"]);
                } else {
                    say(&["partition", &out]);
                }
                files.for_each(|file| say(&[&file]));
            }
        }
        line
    }

    /// Returns the file that a tool writes, if it writes one.
    pub fn result(&self, tool: Tool, data: &Data) -> Option<String> {
        // mapshaper reads GeoPackages but fails to write one of several layers' `fid` columns.
        let ending = if tool == Tool::Mapshaper { "shp" } else { "gpkg" };
        let name = format!("{}-{}.{ending}", data.size, tool.slug());
        (tool != Tool::Read).then(|| self.folder.join(name).to_string_lossy().into_owned())
    }

    /// Returns where Lantu's report lies.
    pub fn report(&self, tool: Tool, data: &Data) -> PathBuf {
        self.folder.join(format!("{}-{}-report.json", data.size, tool.slug()))
    }

    /// Returns what `lantu verify` says of a file, if it comes to an answer.
    pub fn is_partition(&self, tool: Tool, file: &str) -> Option<bool> {
        // Beside the blueprint there is a table of styles.
        let table = if tool.is_lantu() { "|layername=blueprint" } else { "" };
        verdict(Command::new(&self.lantu).args(["verify", &format!("{file}{table}")]))
    }

    /// Returns what GEOS says of a file, if it is there and has a chance.
    pub fn is_partition_by_geos(&self, file: &str, size: Size) -> Option<bool> {
        let python = self.python.as_ref().filter(|_| Tool::Geos.can(size))?;
        verdict(Command::new(python).args(["-W", "ignore", "bench/peers.py", "verify", file]))
    }

    /// Returns what is to be known of the machine and of the versions.
    pub fn about(&self) -> Vec<[String; 2]> {
        let mut about = vec![
            ("day", jiff::Zoned::now().date().to_string()),
            ("machine", machine()),
            ("Lantu", revision(&said(&self.lantu, &["--version"]).unwrap_or_default())),
        ];
        if let Some(mapshaper) = &self.mapshaper {
            let versions = [said("node", &[mapshaper, "--version"]), said("node", &["--version"])];
            let [mapshaper, node] = versions.map(Option::unwrap_or_default);
            about.push(("mapshaper", format!("{mapshaper} on node {node}")));
        }
        if let Some(python) = &self.python {
            about.push(("GEOS, GDAL", said(python, &["bench/peers.py", "versions"]).unwrap_or_default()));
        }
        about.into_iter().map(|(name, value)| [name.to_owned(), value]).collect()
    }
}

/// Returns the program that is measured: that of a release build, if the environment names no other.
pub fn lantu() -> String {
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    std::env::var("LANTU").unwrap_or_else(|_| format!("{target}/release/lantu"))
}

/// Yes at exit code 0, no at 1; anything else is no answer, and is said.
fn verdict(command: &mut Command) -> Option<bool> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    match output.status.code() {
        Some(0) => Some(true),
        Some(1) => Some(false),
        _ => {
            eprintln!("{command:?}: {}, {}", output.status, String::from_utf8_lossy(&output.stderr));
            None
        }
    }
}
