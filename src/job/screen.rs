//! Renders problems for people: code, message, source lines with carets, allowed values and help.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::visible::visible_line;
use crate::config::{Code, Label, Origin, Place, Problem, Problems, Severity, Sources};

/// A line of help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// The line.
    pub text: String,
    /// The option that it proposes, by its long name: the line is of no use to a command without it.
    pub option: Option<&'static str>,
}

/// Renders all problems and a line that counts them; with colours if `styled`.
pub fn problems(sources: &Sources, problems: &Problems, styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    let shown = problems.shown();
    for one in &shown {
        let end = if one.severity == Severity::Note { "\n" } else { "\n\n" };
        out.push_str(&problem(sources, one, &renderer));
        out.push_str(end);
    }
    if shown.len() < problems.len() {
        out.push_str(&format!("… and {} more, shown once these are mended\n", problems.len() - shown.len()));
    }
    if problems.error_count() + problems.warning_count() > 0 {
        out.push_str(&count_line(problems));
        out.push('\n');
    }
    out
}

/// Renders a failure without a place in a scenario; with colours if `styled`.
pub fn failure(code: Option<Code>, message: &str, help: &[Help], styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let mut title = Level::ERROR.primary_title(visible_line(message));
    if let Some(code) = code {
        title = title.id(code.id());
    }
    let help = help.iter().map(|help| Level::HELP.message(visible_line(&help.text)));
    let mut out = renderer.render(&[Group::with_title(title).elements(help)]);
    out.push('\n');
    out
}

/// ``2 errors, 1 warning; `capstake explain S101` says more``.
fn count_line(problems: &Problems) -> String {
    let words = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let mut parts = Vec::new();
    if problems.error_count() > 0 {
        parts.push(words(problems.error_count(), "error"));
    }
    if problems.warning_count() > 0 {
        parts.push(words(problems.warning_count(), "warning"));
    }
    let first = |severity| problems.iter().find(|problem| problem.severity == severity);
    match first(Severity::Error).or(first(Severity::Warning)) {
        Some(first) => format!("{}; `capstake explain {}` says more", parts.join(", "), first.code),
        None => "no problems".to_owned(),
    }
}

/// Renders one problem, without a final line break.
fn problem(sources: &Sources, problem: &Problem, renderer: &Renderer) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let message = visible_line(&problem.message);
    let mut group = Group::with_title(level.primary_title(message).id(problem.code.id()));
    if problem.severity == Severity::Note {
        return renderer.render(&[group]);
    }
    // One snippet per text, starting with that of the problem's own place.
    let mut origins: Vec<Origin> = Vec::new();
    for label in &problem.labels {
        if !origins.contains(&label.place.origin) {
            origins.push(label.place.origin);
        }
    }
    for origin in origins {
        let text = sources.text(origin);
        let labels: Vec<(usize, &Label)> =
            problem.labels.iter().enumerate().filter(|(_, label)| label.place.origin == origin).collect();
        if labels.iter().any(|(_, label)| sources.cell(label.place).is_some()) {
            for (_, label) in labels {
                group = group.element(annotate_snippets::Origin::path(cell(sources, label)));
            }
            continue;
        }
        // A problem about something missing has no line to show.
        if labels.iter().all(|(_, label)| label.place.is_file()) {
            group = group
                .element(annotate_snippets::Origin::path(visible_line(sources.name(origin)).into_owned()));
            continue;
        }
        let annotations = labels.iter().filter(|(_, label)| !label.place.is_file()).map(|(index, label)| {
            let kind = if *index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(first_line(text, label.place));
            if label.text.is_empty() { annotation } else { annotation.label(visible_line(&label.text)) }
        });
        group = group.element(
            Snippet::source(text)
                .path(visible_line(sources.name(origin)).into_owned())
                .line_start(1)
                .fold(true)
                .annotations(annotations),
        );
    }
    if let Some(found) = shown(&problem.found, &problem.message) {
        group = group.element(Level::NOTE.message(format!("found {found}")));
    }
    if let Some(allowed) = shown(&problem.allowed, &problem.message)
        && !problem.help.as_ref().is_some_and(|help| help.contains(allowed.as_str()))
    {
        group = group.element(Level::NOTE.message(format!("allowed: {allowed}")));
    }
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(visible_line(help)));
    }
    renderer.render(&[group])
}

/// A place in a workbook: `results.xlsx:Inputs!F12`, with the text for it.
fn cell(sources: &Sources, label: &Label) -> String {
    let place = match sources.cell(label.place) {
        Some(_) => sources.locate(label.place).to_string(),
        None => sources.name(label.place.origin).to_owned(),
    };
    let text = if label.text.is_empty() { place } else { format!("{place}: {}", label.text) };
    visible_line(&text).into_owned()
}

/// The text, unless it is empty or the message contains it.
fn shown(text: &Option<String>, message: &str) -> Option<String> {
    let text = text.as_ref().filter(|text| !text.is_empty() && !message.contains(text.as_str()))?;
    Some(visible_line(text).into_owned())
}

/// The byte range of a place, cut to its first line and to whole characters, since carets below many lines do not help.
fn first_line(text: &str, place: Place) -> std::ops::Range<usize> {
    let mut start = place.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = place.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    match text[start..end].find(['\n', '\r']) {
        Some(at) if at > 0 => start..start + at,
        _ => start..end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    fn screen(text: &str, flags: &[&str]) -> String {
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let (sources, result) = config::parse("test.toml", text, &flags);
        problems(&sources, &result.expect_err("there is no problem"), false)
    }

    #[test]
    fn a_screen_has_code_line_caret_and_help() {
        let text = "[timeline]\nhorizon = \"2030-12-31\"\n[discount]\nshar = 0.1\n";
        let seen = screen(text, &["discount.equity=\"x\""]);
        let wanted = r#"error[S102]: `timeline.horizon` must be a date like 2026-07-01, without quotes, not a text
 --> test.toml:2:11
  |
2 | horizon = "2030-12-31"
  |           ^^^^^^^^^^^^
  |
  = note: found the text "2030-12-31"
  = help: leave out the quotes: 2030-12-31

error[S101]: unknown key `shar` in `discount`
 --> test.toml:4:1
  |
4 | shar = 0.1
  | ^^^^
  |
  = note: allowed: share, equity, cloud, licence, revenue
  = help: did you mean `share`?

error[S102]: `discount.equity` must be a number, or a table with `value` or `dist`, not a text
 --> command line:1:23
  |
1 | --set discount.equity="x"
  |                       ^^^
  |
  = note: found the text "x"

3 errors; `capstake explain S102` says more
"#;
        assert_eq!(seen, wanted, "\n{seen}");
    }

    #[test]
    fn screens_without_a_line_and_with_several_places_are_whole() {
        let empty = screen("# nothing\n", &[]);
        assert!(empty.starts_with("error[S002]: the file has no keys\n--> test.toml\n"), "{empty}");
        let both = screen("discount = 3\n", &["discount.share=0.1"]);
        assert!(both.contains("--set discount.share=0.1") && both.contains("1 | discount = 3"), "{both}");
    }

    #[test]
    fn places_in_a_workbook_are_shown_as_cells() {
        let cells = vec!["Inputs!E5".to_owned(), "Inputs!F12".to_owned()];
        let sources = Sources::of_cells("a.xlsx", cells, &[]);
        let one = Problem::error(Code::Syntax, Place::new(Origin::File, 1..2), "no number")
            .also(Place::new(Origin::File, 0..1), "its key")
            .found("0,12")
            .help("write 0.12");
        let seen = problems(&sources, &Problems::from(one), false);
        let wanted = "error[S005]: no number\n--> a.xlsx:Inputs!F12\n::: a.xlsx:Inputs!E5: its key\n = note: found 0,12\n = help: write 0.12\n";
        assert!(seen.starts_with(wanted), "{seen}");
    }

    #[test]
    fn any_place_of_any_text_can_be_shown() {
        for text in ["", "é", "a\r\nb = ü\n", "\u{1b}[31m = 1", "x = 1"] {
            let sources = Sources::new("t.toml", text, &["é=\u{7}".to_owned()]);
            for start in 0..10 {
                for end in start..12 {
                    for origin in [Origin::File, Origin::Flag(0), Origin::Flag(3)] {
                        let place = Place::new(origin, start..end);
                        let one = Problem::error(crate::config::Code::Syntax, place, "m")
                            .also(Place::new(Origin::File, 0..end), "there");
                        let seen = problems(&sources, &Problems::from(one), false);
                        assert!(!seen.contains('\u{1b}') && !seen.contains('\u{7}'));
                    }
                }
            }
        }
    }
}
