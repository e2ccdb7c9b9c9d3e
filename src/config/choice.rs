//! Keys that take one of a few words.

/// One word of a choice and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// As written in the scenario.
    pub word: &'static str,
    /// What it means, in one sentence.
    pub doc: &'static str,
}

impl Word {
    /// The meaning as running text.
    pub fn meaning(&self) -> String {
        running(self.doc)
    }
}

/// The lines of a doc comment as one.
pub(super) fn running(doc: &str) -> String {
    doc.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// A key that takes one of a few words.
pub trait Choice: Copy + Sized + 'static {
    /// All words, in the order of the variants.
    const WORDS: &'static [Word];
    /// The variant of a word.
    fn from_word(word: &str) -> Option<Self>;
    /// The word of a variant.
    fn word(self) -> &'static str;
}

/// Declares a choice: an enum whose variants are words of the scenario.
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
