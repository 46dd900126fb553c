//! Numbers that look random and are functions of where they are asked for.

/// Returns a number made of `words` and nothing else (SplitMix64's final mix, word by word).
pub fn hash(words: &[u64]) -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for &word in words {
        state = (state ^ word).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 30)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^= state >> 29;
    }
    state
}

/// Returns a number from 0 up to but not including 1 made of `words`.
pub fn chance(words: &[u64]) -> f64 {
    (hash(words) >> 11) as f64 / (1u64 << 53) as f64
}

/// Returns two numbers from −1 to 1 made of `words`.
pub fn pair(words: &[u64]) -> [f64; 2] {
    let mixed = hash(words);
    [mixed as u32, (mixed >> 32) as u32].map(|half| f64::from(half) / f64::from(u32::MAX) * 2.0 - 1.0)
}

/// One scale of a field: how far apart its lattice points are, and how far it may reach.
#[derive(Clone, Copy, Debug)]
pub struct Octave {
    /// Distance of lattice points, in metres.
    pub apart: f64,
    /// The largest value.
    pub reach: f64,
}

/// Returns two smooth fields at a place: random at lattice points, eased between them, summed over
/// the octaves.
pub fn field(seed: u64, octaves: &[Octave], [x, y]: [f64; 2]) -> [f64; 2] {
    let mut sum = [0.0; 2];
    for (number, octave) in octaves.iter().enumerate() {
        let (u, v) = (x / octave.apart, y / octave.apart);
        let (column, row) = (u.floor(), v.floor());
        let (across, up) = (eased(u - column), eased(v - row));
        let at = |east: i64, north: i64| {
            pair(&[seed, number as u64, (column as i64 + east) as u64, (row as i64 + north) as u64])
        };
        let (low, high) = (mixed(at(0, 0), at(1, 0), across), mixed(at(0, 1), at(1, 1), across));
        let value = mixed(low, high, up);
        sum = [sum[0] + octave.reach * value[0], sum[1] + octave.reach * value[1]];
    }
    sum
}

fn eased(part: f64) -> f64 {
    part * part * (3.0 - 2.0 * part)
}

fn mixed(from: [f64; 2], to: [f64; 2], part: f64) -> [f64; 2] {
    [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part]
}
