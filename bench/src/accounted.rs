//! Whether a report accounts for every hectare that its layers claim.

use serde_json::Value;

/// Says where the account of a layer does not add up: its rows to what it claims, exactly in doubled
/// square grid units, and what it claims to the sum of the layer's features.
///
/// # Errors
/// A sentence that names the layer and both numbers.
pub fn accounted(report: &Value) -> Result<(), String> {
    let layers = report["layers"].as_array().ok_or("the report has no layers")?;
    let accounts = report["accounts"].as_array().ok_or("the report has no accounts")?;
    if layers.is_empty() {
        return Err("the report has no layers".to_owned());
    }
    for layer in layers {
        let name = layer["name"].as_str().unwrap_or_default();
        let account = accounts.iter().find(|account| account["layer"] == layer["name"]);
        let account = account.ok_or_else(|| format!("{name} has no account"))?;
        let claimed = exact(&account["claimed"]).ok_or_else(|| format!("{name} claims no number"))?;
        let rows = account["rows"].as_array().into_iter().flatten().map(|row| exact(&row["area"]));
        let rows: i128 = rows.sum::<Option<i128>>().ok_or_else(|| format!("a row of {name} has no number"))?;
        if rows != claimed {
            return Err(format!("{name}: the rows of its account are {rows} grid units, it claims {claimed}"));
        }
        // As shown both are rounded to the same hundredth of a square metre.
        let hundredths = |m2: &Value| m2.as_f64().map(|m2| (m2 * 100.0).round());
        let [own, told] = [&layer["area_m2"], &account["claimed"]["plane"]["m2"]].map(hundredths);
        if own.is_none() || own != told {
            return Err(format!("{name}: its features have {own:?} hundredths of a m², its account {told:?}"));
        }
    }
    Ok(())
}

/// An area in doubled square grid units. JSON numbers beyond 64 bits would come as floats.
fn exact(area: &Value) -> Option<i128> {
    let number = area["grid_units2"].as_number()?;
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_layer_claims_is_what_its_rows_and_its_features_are() {
        let report = |rows: [i64; 2], m2: f64| {
            let row = |units: i64| json!({ "area": { "grid_units2": units } });
            json!({
                "layers": [{ "name": "a", "area_m2": m2 }],
                "accounts": [{
                    "layer": "a",
                    "claimed": { "grid_units2": 10, "plane": { "m2": 5.0 } },
                    "rows": rows.map(row),
                }],
            })
        };
        assert_eq!(accounted(&report([3, 7], 5.001)), Ok(()));
        assert!(accounted(&report([3, 6], 5.0)).unwrap_err().contains("9 grid units"));
        assert!(accounted(&report([3, 7], 5.01)).unwrap_err().contains("501"));
        assert!(accounted(&json!({ "layers": [], "accounts": [] })).is_err());
    }
}
