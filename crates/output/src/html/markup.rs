//! HTML and SVG under construction: markup is a type of its own, and any other text is escaped on its way in.

use std::fmt::{self, Write as _};

/// Finished or growing markup. A text becomes part of it by `put!`, which escapes it, or as a literal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup(String);

impl Markup {
    /// Empty markup.
    pub fn new() -> Markup {
        Markup::default()
    }

    /// Appends markup that is part of the program.
    pub fn raw(&mut self, literal: &'static str) {
        self.0.push_str(literal);
    }

    /// Appends a template of the program with values in it: use `put!`, which escapes them.
    pub fn template(&mut self, template: fmt::Arguments<'_>) {
        self.0.write_fmt(template).expect("a text takes what is written");
    }

    /// Markup that is part of the program.
    pub fn literal(text: &'static str) -> Markup {
        Markup(text.to_owned())
    }

    /// JSON for a script element: no `<` can close the element, and the JSON keeps its meaning.
    pub fn json(value: &serde_json::Value) -> Markup {
        Markup(value.to_string().replace('<', "\\u003c"))
    }

    /// The markup as text, for a file.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A value that may stand in a template.
pub trait Piece {
    /// Writes it, escaped unless it is markup.
    fn write(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result;
}

/// A text between tags or in a quoted attribute; control characters become spaces.
impl Piece for str {
    fn write(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.chars() {
            match letter {
                '&' => to.write_str("&amp;")?,
                '<' => to.write_str("&lt;")?,
                '>' => to.write_str("&gt;")?,
                '"' => to.write_str("&quot;")?,
                '\'' => to.write_str("&#39;")?,
                '\n' => to.write_char('\n')?,
                letter if letter.is_control() => to.write_char(' ')?,
                letter => to.write_char(letter)?,
            }
        }
        Ok(())
    }
}

impl Piece for String {
    fn write(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().write(to)
    }
}

impl Piece for usize {
    fn write(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{self}")
    }
}

impl Piece for Markup {
    fn write(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl<P: Piece + ?Sized> Piece for &P {
    fn write(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        (*self).write(to)
    }
}

/// Shows a piece within a template.
pub struct Shown<P>(pub P);

impl<P: Piece> fmt::Display for Shown<P> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(to)
    }
}

/// Appends a template to [`Markup`], with `{}` or `{0}` for each value. `concat!` makes the compiler refuse `{name}`, which would
/// take a variable without escaping it.
macro_rules! put {
    ($out:expr, $template:literal $(, $value:expr)* $(,)?) => {
        $out.template(format_args!(concat!($template) $(, $crate::html::markup::Shown(&$value))*))
    };
}
pub(crate) use put;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        let mut out = Markup::new();
        put!(out, "<p>{}</p>", "<b a=\"1\" c='2'>&\u{7}\n");
        assert_eq!(out.as_str(), "<p>&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp; \n</p>");
        let text = Markup::json(&serde_json::json!({"a": "</script><!--"}));
        assert!(!text.as_str().contains('<'));
        assert_eq!(serde_json::from_str::<serde_json::Value>(text.as_str()).unwrap()["a"], "</script><!--");
    }

    #[test]
    fn markup_in_markup_stays_markup() {
        let (mut inner, mut out) = (Markup::new(), Markup::new());
        put!(inner, "<i>{}</i>", 7_usize);
        put!(out, "<b title=\"{1}\">{0}{1}</b>", inner, "a&b".to_owned());
        assert_eq!(out.as_str(), "<b title=\"a&amp;b\"><i>7</i>a&amp;b</b>");
    }
}
