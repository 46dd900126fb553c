//! Columns and numbers as people read them; a Chinese character is two columns wide.

/// Returns names and values as indented lines, the values one below the other.
pub fn list(rows: &[(&str, String)]) -> String {
    let widest = rows.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    rows.iter().map(|(name, value)| format!("  {name}{}  {value}\n", " ".repeat(widest - width(name)))).collect()
}

/// Returns rows as indented lines of aligned columns; cells that are numbers stand to the right.
pub fn columns(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (at, (cell, &widest)) in row.iter().zip(widths).enumerate() {
        let space = " ".repeat(widest - width(cell));
        // The first column holds names, whatever they begin with.
        let right = at > 0 && cell.starts_with(|c: char| c.is_ascii_digit());
        line += &if right { format!("  {space}{cell}") } else { format!("  {cell}{space}") };
    }
    format!("{}\n", line.trim_end())
}

/// Columns that a text takes on a terminal.
fn width(text: &str) -> usize {
    let wide = |c: char| {
        matches!(c as u32, 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff
            | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3ffff)
    };
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

/// Returns a count with its thousands set apart.
pub fn count(number: impl Into<u64>) -> String {
    grouped(&number.into().to_string())
}

/// Returns an area in hectares, to the square metre.
pub fn hectares(area_m2: f64) -> String {
    format!("{} ha", decimal(area_m2 / 1e4, 4))
}

/// Returns an area in square metres, to the hundredth; never 0 for what is more than nothing.
pub fn square_metres(area_m2: f64) -> String {
    if area_m2 > 0.0 && area_m2 < 0.005 { format!("{area_m2:.1e} m²") } else { format!("{} m²", decimal(area_m2, 2)) }
}

/// Returns a length in metres, to the nanometre.
pub fn metres(length_m: f64) -> String {
    format!("{} m", (length_m * 1e9).round() / 1e9)
}

fn decimal(number: f64, digits: usize) -> String {
    // The sum of nothing is a negative zero.
    let text = format!("{:.digits$}", number + 0.0);
    match text.split_once('.') {
        Some((whole, part)) => format!("{}.{part}", grouped(whole)),
        None => text,
    }
}

/// Sets the thousands of a whole number apart.
fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let mut text = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(
            [0, 12, 123, 1234, 123_456, 1_234_567u32].map(count),
            ["0", "12", "123", "1,234", "123,456", "1,234,567"]
        );
        assert_eq!(hectares(133_127_571.75), "13,312.7572 ha");
        assert_eq!((hectares(-0.0), metres(0.000_099_999_999_999)), ("0.0000 ha".to_owned(), "0.0001 m".to_owned()));
        assert_eq!([0.0, 1e-9, 0.5, -1234.5].map(square_metres), ["0.00 m²", "1.0e-9 m²", "0.50 m²", "-1,234.50 m²"]);
    }

    #[test]
    fn columns_stay_aligned_under_chinese_names() {
        let row = |name: &str, value: &str| vec![name.to_owned(), value.to_owned()];
        let lines = columns(&[row("红线", "1"), row("2", "12"), row("forest", "x")]);
        assert_eq!(lines, "  红线     1\n  2       12\n  forest  x\n");
        assert_eq!(list(&[("范围", "1".to_owned()), ("a", "12".to_owned())]), "  范围  1\n  a     12\n");
    }
}
