//! Recognises what a layer is from its name, by the dictionary in `seeds/layer-names.toml`.

use lantu_engine::ClassId;
use serde::Deserialize;

const DICTIONARY: &str = include_str!("../../../seeds/layer-names.toml");

/// The dictionary of layer names and of fields that name a feature.
#[derive(Clone, Debug, Deserialize)]
pub struct LayerNames {
    #[serde(rename = "name")]
    entries: Vec<Entry>,
    /// Fields that name a feature for people, the best first.
    pub label_fields: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Entry {
    class: ClassId,
    names: Vec<String>,
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
        let name = name.to_lowercase();
        let words = self.entries.iter().flat_map(|entry| entry.names.iter().map(move |word| (word, &entry.class)));
        let told = words.filter(|(word, _)| name.contains(&word.to_lowercase()));
        told.max_by_key(|(word, _)| word.chars().count()).map(|(_, class)| class.clone())
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
    fn the_longer_word_wins() {
        assert_eq!(told("海洋生态红线").as_deref(), Some("red-line"));
        assert_eq!(told("耕地保护目标").as_deref(), Some("farmland"));
    }
}
