//! Keys whose value is one of a fixed list of words.

/// One allowed word of a choice, with its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word as written in the scenario.
    pub word: &'static str,
    /// Its meaning in one sentence.
    pub doc: &'static str,
}

impl Word {
    /// The meaning on one line.
    pub fn meaning(&self) -> String {
        running(self.doc)
    }
}

/// Joins the lines of a doc comment into one line.
pub(super) fn running(doc: &str) -> String {
    doc.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// A type whose values are written as words of a fixed list.
pub trait Choice: Copy + Sized + 'static {
    /// All allowed words, in the order of the variants.
    const WORDS: &'static [Word];
    /// The variant that a word names, or `None` for an unknown word.
    fn from_word(word: &str) -> Option<Self>;
    /// The word that names this variant.
    fn word(self) -> &'static str;
}

/// Declares an enum whose variants are written as words in the scenario; the doc comments become the
/// reference page.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])+
        $Choice:ident { $( $(#[doc = $variant_doc:literal])+ $Variant:ident = $word:literal, )+ }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $Choice { $( $(#[doc = $variant_doc])+ $Variant, )+ }

        impl $crate::config::choice::Choice for $Choice {
            const WORDS: &'static [$crate::config::choice::Word] = &[
                $( $crate::config::choice::Word { word: $word, doc: concat!($($variant_doc),+) }, )+
            ];
            fn from_word(word: &str) -> Option<Self> {
                match word { $( $word => Some($Choice::$Variant), )+ _ => None }
            }
            fn word(self) -> &'static str {
                match self { $( $Choice::$Variant => $word, )+ }
            }
        }
    };
}
pub(crate) use choice;
