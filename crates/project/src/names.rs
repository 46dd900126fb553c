//! Recognises what a layer is from its name, by the dictionary in `seeds/layer-names.toml`.

use lantu_engine::ClassId;
use serde::{Deserialize, Serialize};

const DICTIONARY: &str = include_str!("../../../seeds/layer-names.toml");

/// The dictionary of layer names and of fields that name a feature.
#[derive(Clone, Debug, Deserialize)]
pub struct LayerNames {
    #[serde(rename = "name")]
    entries: Vec<Entry>,
    /// Fields that name a feature for people, the best first.
    pub label_fields: Vec<String>,
    /// Words that tell a layer of districts.
    districts: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Entry {
    class: ClassId,
    names: Vec<String>,
    /// Fields that only layers of this class have.
    #[serde(default)]
    fields: Vec<String>,
}

/// A class that was recognised, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Recognised {
    /// The class.
    pub class: ClassId,
    /// Why: Chinese, English.
    pub because: [String; 2],
}

impl LayerNames {
    /// Returns the dictionary that comes with the program.
    ///
    /// # Errors
    /// Says where the text is not a dictionary; a test sees to it that it is one.
    pub fn seeded() -> Result<Self, toml::de::Error> {
        toml::from_str(DICTIONARY)
    }

    /// Returns the class that a name tells: that of the longest word in it, the case of letters aside.
    pub fn class_of(&self, name: &str) -> Option<ClassId> {
        self.word_in(name).map(|(_, class)| class.clone())
    }

    /// Returns whether a layer of this name has districts, which are not overlaid: a word tells it, and none
    /// tells a class.
    pub(crate) fn tells_districts(&self, name: &str) -> bool {
        let lower = name.to_lowercase();
        self.class_of(name).is_none() && self.districts.iter().any(|word| lower.contains(&word.to_lowercase()))
    }

    fn word_in(&self, name: &str) -> Option<(&str, &ClassId)> {
        let name = name.to_lowercase();
        let words = self.entries.iter().flat_map(|entry| entry.names.iter().map(move |word| (&**word, &entry.class)));
        let told = words.filter(|(word, _)| name.contains(&word.to_lowercase()));
        told.max_by_key(|(word, _)| word.chars().count())
    }

    /// Returns what a layer is, and why: by its name, by its file, by a field that only such
    /// layers have.
    pub fn recognise(&self, name: &str, path: &str, fields: &[String]) -> Option<Recognised> {
        let told = |class: &ClassId, zh: String, en: String| Recognised { class: class.clone(), because: [zh, en] };
        if let Some((word, class)) = self.word_in(name) {
            return Some(told(
                class,
                format!("图层名“{name}”含有“{word}”"),
                format!("the layer's name \"{name}\" has \"{word}\" in it"),
            ));
        }
        if let Some((word, class)) = self.word_in(path) {
            return Some(told(class, format!("文件路径含有“{word}”"), format!("the file's path has \"{word}\" in it")));
        }
        let has = |known: &String| fields.iter().any(|field| field.eq_ignore_ascii_case(known));
        let (field, class) = self
            .entries
            .iter()
            .find_map(|entry| Some((entry.fields.iter().find(|known| has(known))?, &entry.class)))?;
        Some(told(class, format!("有字段 {field}"), format!("it has the field {field}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str) -> Option<String> {
        LayerNames::seeded().unwrap().class_of(name).map(|class| class.to_string())
    }

    #[test]
    fn layers_are_recognised_by_code_by_alias_and_in_both_languages() {
        assert_eq!(told("海南省STBHHX_2020").as_deref(), Some("red-line"));
        assert_eq!(told("yjjbnttb").as_deref(), Some("farmland"));
        assert_eq!(told("Urban Development Boundary").as_deref(), Some("urban-boundary"));
        assert_eq!(told("某县林地").as_deref(), Some("forest"));
        assert_eq!(told("xyz"), None);
    }

    #[test]
    fn what_was_recognised_says_why() {
        let names = LayerNames::seeded().unwrap();
        let fields = |fields: &[&str]| fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>();
        let of = |name: &str, path: &str, with: &[&str]| names.recognise(name, path, &fields(with)).unwrap();
        assert_eq!(of("STBHHX", "a.gdb", &[]).class, ClassId::new("red-line"));
        assert!(of("STBHHX", "a.gdb", &[]).because[0].contains("STBHHX"));
        assert!(of("图层1", "永久基本农田/a.shp", &[]).because[1].contains("path"));
        let by_field = of("图层1", "a.shp", &["BSM", "ghfqdm"]);
        assert_eq!(by_field.class, ClassId::new("urban-boundary"));
        assert!(by_field.because[1].contains("GHFQDM"), "{by_field:?}");
        assert_eq!(names.recognise("图层1", "a.shp", &fields(&["BSM"])), None);
    }

    #[test]
    fn districts_are_told_by_their_name_unless_it_tells_a_class() {
        let names = LayerNames::seeded().unwrap();
        let told = |name: &str| names.tells_districts(name);
        assert_eq!(["XZQ", "某市行政区_2023", "xzq"].map(told), [true; 3]);
        assert_eq!(["XZQ内永久基本农田", "林地", "区划"].map(told), [false; 3]);
    }

    #[test]
    fn the_longer_word_wins() {
        assert_eq!(told("海洋生态红线").as_deref(), Some("red-line"));
        assert_eq!(told("耕地保护目标").as_deref(), Some("farmland"));
    }
}
