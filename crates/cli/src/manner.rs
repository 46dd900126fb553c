//! How results are to be written, as the terminal says it.

use clap::{Args, ValueEnum};
use lantu_project::{FieldNames, Manner, TextOut, class_ids};

#[derive(Debug, Args)]
pub struct MannerArgs {
    /// Encoding of text in a Shapefile or boundary TXT · Shapefile 与界址点 TXT 的文字编码
    #[arg(long, value_enum, default_value = "utf-8", value_name = "CODE")]
    encoding: Encoding,
    /// Names of fields: as documented, in Chinese, or codes of the database standard · 字段名：程序自有、中文或标准代码
    #[arg(long, value_enum, default_value = "lantu", value_name = "NAMES")]
    field_names: Names,
    /// Write only patches of this class; may be repeated · 只写出该类别的图斑，可重复
    #[arg(long, value_name = "CLASS")]
    only: Vec<String>,
    /// Write each patch to a boundary TXT of its own · 每个图斑单独写成一个界址点 TXT
    #[arg(long)]
    each: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Encoding {
    #[value(name = "utf-8", alias = "utf8")]
    Utf8,
    Gbk,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Names {
    Lantu,
    Chinese,
    Standard,
}

impl MannerArgs {
    /// Returns how results are to be written.
    pub fn manner(&self) -> Manner {
        let encoding = match self.encoding {
            Encoding::Utf8 => TextOut::Utf8,
            Encoding::Gbk => TextOut::Gbk,
        };
        let names = match self.field_names {
            Names::Lantu => FieldNames::Lantu,
            Names::Chinese => FieldNames::Chinese,
            Names::Standard => FieldNames::Standard,
        };
        Manner { encoding, names, only: class_ids(&self.only), each: self.each, ..Manner::default() }
    }
}
