//! Rows of attribute tables, as small as they come.
//!
//! A land survey has thirty fields and more, most of them empty or a few letters; as values of their own
//! they would take more memory than the geometry. A row is one piece of bytes instead, and is read value
//! by value when somebody asks.

use crate::overlay::{Depot, Lent, failed};
use crate::watch::Stop;
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// One value of a feature's attribute table; its text is its own, or stands in a row.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
#[serde(untagged)]
pub enum Value<T = Box<str>> {
    /// No value.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A real number.
    Real(f64),
    /// Text; dates and times too, in ISO 8601.
    Text(T),
}

impl<T: AsRef<str>> Value<T> {
    /// Returns the value as people read it; nothing for no value.
    pub fn to_text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(truth) => truth.to_string(),
            Self::Int(number) => number.to_string(),
            Self::Real(number) => number.to_string(),
            Self::Text(text) => text.as_ref().to_owned(),
        }
    }
}

/// Puts a row together, value by value.
#[derive(Clone, Debug, Default)]
pub struct RowBuilder(Vec<u8>);

impl RowBuilder {
    /// Adds the next field's value.
    pub fn push(&mut self, value: Value<&str>) {
        write(value, &mut self.0);
    }

    /// Returns the row with the names of its fields.
    pub fn finish(self, fields: Arc<[Box<str>]>) -> Attributes {
        Attributes { fields, row: Row::Own(self.0.into()) }
    }
}

/// A feature's row of the attribute table; the field names are shared by all rows of a layer.
#[derive(Clone, PartialEq, Default)]
pub struct Attributes {
    fields: Arc<[Box<str>]>,
    /// Value after value: a kind, and what it needs. Shared by whoever keeps the row.
    row: Row,
}

/// The bytes of a row.
#[derive(Clone)]
enum Row {
    Own(Arc<[u8]>),
    /// Among others that a depot holds: from where to where.
    Kept(Arc<Box<dyn Lent>>, u32, u32),
}

impl Row {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            Self::Kept(all, from, to) => &all.bytes()[*from as usize..*to as usize],
        }
    }
}

impl Default for Row {
    fn default() -> Self {
        Self::Own(Arc::default())
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

/// Moves rows to a depot, side by side.
///
/// # Errors
/// [`Stop::Depot`] if the depot has no room.
pub(crate) fn put_away(rows: &mut [&mut Attributes], depot: &dyn Depot) -> Result<(), Stop> {
    let all = rows.iter().map(|row| row.row.bytes()).collect::<Vec<_>>().concat();
    // Places in it are of 32 bits; rows come by the thousand.
    if all.len() > u32::MAX as usize {
        return Ok(());
    }
    let mut lent = depot.lend(all.len()).map_err(failed)?;
    lent.bytes_mut().copy_from_slice(&all);
    let lent = Arc::new(lent);
    let mut to = 0;
    for attributes in rows {
        let from = to;
        to += attributes.row.bytes().len() as u32;
        attributes.row = Row::Kept(lent.clone(), from, to);
    }
    Ok(())
}

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INT: u8 = 3;
const REAL: u8 = 4;
/// Text whose length follows in four bytes.
const LONG: u8 = 5;
/// Text of so many bytes less this.
const SHORT: u8 = 6;

impl Attributes {
    /// Returns a row with a value for each field, in the fields' order.
    pub fn new<'a>(fields: Arc<[Box<str>]>, values: impl IntoIterator<Item = Value<&'a str>>) -> Self {
        let mut row = RowBuilder::default();
        values.into_iter().for_each(|value| row.push(value));
        row.finish(fields)
    }

    /// Returns the field names, in the file's order.
    pub fn fields(&self) -> &Arc<[Box<str>]> {
        &self.fields
    }

    /// Returns the value of a field, if the layer has the field.
    pub fn get(&self, field: &str) -> Option<Value<&str>> {
        let at = self.fields.iter().position(|name| &**name == field)?;
        self.values().nth(at)
    }

    /// Returns the values, in the file's order.
    pub fn values(&self) -> impl Iterator<Item = Value<&str>> {
        let mut rest = self.row.bytes();
        std::iter::from_fn(move || read(&mut rest))
    }

    /// Returns name and value of every field, in the file's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Value<&str>)> {
        self.fields.iter().map(|name| &**name).zip(self.values())
    }

    /// Returns what the row takes, names aside.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.row.bytes().len()
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

fn write(value: Value<&str>, row: &mut Vec<u8>) {
    match value {
        Value::Null => row.push(NULL),
        Value::Bool(truth) => row.push(if truth { TRUE } else { FALSE }),
        Value::Int(number) => {
            row.push(INT);
            row.extend(number.to_le_bytes());
        }
        Value::Real(number) => {
            row.push(REAL);
            row.extend(number.to_le_bytes());
        }
        Value::Text(text) => {
            match u8::try_from(text.len()).ok().and_then(|length| length.checked_add(SHORT)) {
                Some(kind) => row.push(kind),
                None => {
                    row.push(LONG);
                    // No format that is read holds texts of four gigabytes.
                    row.extend((text.len() as u32).to_le_bytes());
                }
            }
            row.extend(text.as_bytes());
        }
    }
}

/// Takes the next value off a row; `None` at its end.
fn read<'a>(rest: &mut &'a [u8]) -> Option<Value<&'a str>> {
    let (&kind, behind) = rest.split_first()?;
    *rest = behind;
    Some(match kind {
        NULL => Value::Null,
        FALSE => Value::Bool(false),
        TRUE => Value::Bool(true),
        INT => Value::Int(i64::from_le_bytes(take(rest)?)),
        REAL => Value::Real(f64::from_le_bytes(take(rest)?)),
        LONG => {
            let length = u32::from_le_bytes(take(rest)?) as usize;
            Value::Text(text(rest, length)?)
        }
        kind => Value::Text(text(rest, usize::from(kind - SHORT))?),
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(*taken)
}

fn text<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a str> {
    let (taken, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    std::str::from_utf8(taken).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[Value<&str>]) -> Attributes {
        let fields: Vec<Box<str>> = (0..values.len()).map(|at| format!("f{at}").into()).collect();
        Attributes::new(fields.into(), values.iter().copied())
    }

    #[test]
    fn a_row_holds_what_was_put_into_it() {
        let long = "基".repeat(100_000);
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::Bool(false),
            Value::Int(i64::MIN),
            Value::Int(0),
            Value::Real(-0.1),
            Value::Real(f64::INFINITY),
            Value::Text(""),
            Value::Text("水田"),
            Value::Text(&long),
            Value::Null,
        ];
        let row = row(&values);
        assert_eq!(row.values().collect::<Vec<_>>(), values);
        assert_eq!(row.get("f8"), Some(Value::Text("水田")));
        assert_eq!((row.get("f10"), row.get("f11")), (Some(Value::Null), None));
        assert_eq!(row.iter().last(), Some(("f10", Value::Null)));
    }

    #[test]
    fn texts_of_every_length_around_the_short_ones_are_told_apart() {
        let text = "x".repeat(260);
        for length in 240..260 {
            let values = [Value::Text(&text[..length]), Value::Int(7)];
            assert_eq!(row(&values).values().collect::<Vec<_>>(), values, "{length}");
        }
    }

    #[test]
    fn an_empty_field_takes_one_byte() {
        assert_eq!(row(&[Value::Null; 30]).bytes(), size_of::<Attributes>() + 30);
    }
}
