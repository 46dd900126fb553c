//! The plans of a synthetic province: names, classes and fields as real databases have them.

/// A plan, or the layer of districts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Theme {
    /// Forest.
    Forest,
    /// Permanent basic farmland.
    Farmland,
    /// Rivers and lakes.
    Water,
    /// The land-use plan.
    LandUsePlan,
    /// The urban plan.
    UrbanPlan,
    /// The ecological red line, on land and at sea.
    RedLine,
    /// The urban development boundary.
    UrbanBoundary,
    /// The zones of the sea.
    Sea,
    /// Districts: no plan, but what figures are split by.
    Districts,
}

impl Theme {
    /// All, the districts last.
    pub const ALL: [Self; 9] = [
        Self::Forest,
        Self::Farmland,
        Self::Water,
        Self::LandUsePlan,
        Self::UrbanPlan,
        Self::RedLine,
        Self::UrbanBoundary,
        Self::Sea,
        Self::Districts,
    ];

    /// Returns the plan's class in the starter rules; its file is named after it.
    pub fn class(self) -> &'static str {
        match self {
            Self::Forest => "forest",
            Self::Farmland => "farmland",
            Self::Water => "water",
            Self::LandUsePlan => "land-use-plan",
            Self::UrbanPlan => "urban-plan",
            Self::RedLine => "red-line",
            Self::UrbanBoundary => "urban-boundary",
            Self::Sea => "sea",
            Self::Districts => "districts",
        }
    }

    /// Returns what planners call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Forest => "林地",
            Self::Farmland => "永久基本农田",
            Self::Water => "水域",
            Self::LandUsePlan => "土地利用规划",
            Self::UrbanPlan => "城乡规划",
            Self::RedLine => "生态保护红线",
            Self::UrbanBoundary => "城镇开发边界",
            Self::Sea => "海洋功能区",
            Self::Districts => "行政区",
        }
    }

    /// Returns the names of its fields, all of text.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Self::LandUsePlan | Self::UrbanPlan => &["BSM", "GHJB", "PZRQ"],
            Self::RedLine => &["HXBM", "HXMC", "ZRBHDFQ"],
            Self::Districts => &["XZQDM", "XZQMC"],
            _ => &["BSM"],
        }
    }

    /// Returns a feature's values: it is the `number`th, lies in a district, and has two numbers
    /// from 0 to 1 of its own.
    pub(crate) fn values(self, number: usize, district: u32, random: [f64; 2]) -> Vec<String> {
        match self {
            Self::LandUsePlan | Self::UrbanPlan => {
                // Half of the parcels say when they were approved, a tenth by which level.
                let level = if random[0] < 0.1 { ["省级", "市级"][usize::from(random[0] < 0.05)] } else { "" };
                let year = if self == Self::UrbanPlan { 2011 } else { 2009 };
                let date = format!("{}-{:02}-01", year + (random[1] * 14.0) as u32, 1 + (random[0] * 12.0) as u32);
                let approved = if random[1] < 0.5 { date } else { String::new() };
                vec![format!("{number:018}"), level.to_owned(), approved]
            }
            Self::RedLine => {
                let zone = if random[0] < 0.4 { "核心保护区" } else { "一般控制区" };
                vec![format!("HX{number:05}"), format!("合成红线 {number}"), zone.to_owned()]
            }
            // No province has 99: nobody shall take them for a place.
            Self::Districts => {
                let city = [1, 2, 3, 90][((district / 5) as usize).min(3)];
                vec![format!("99{city:02}{:02}", district + 1), format!("合成县 {}", district + 1)]
            }
            _ => vec![format!("{number:018}")],
        }
    }
}
