//! Letter case and words: upper, title, snake_case, PascalCase, initials (Go's strings, goutils, xstrings).

use gotmpl::{Functions, Str};
use unicode_general_category::{GeneralCategory as Category, get_general_category};

use crate::Dialect;
use crate::runes::{self, is_space, runes};
use crate::strings::bytes_as_runes;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("upper", |text: Str| runes::map(&text, runes::upper));
    functions.add("lower", |text: Str| runes::map(&text, runes::lower));
    functions.add("title", title);
    functions.add("untitle", untitle);
    functions.add("swapcase", swap_case);
    functions.add("initials", initials);
    functions.add("camelcase", pascal_case);
    functions.add("snakecase", |text: Str| lower_words(&text, '_'));
    functions.add("kebabcase", |text: Str| lower_words(&text, '-'));
}

/// The first letter after each separator in title case (Go's deprecated `strings.Title`: an apostrophe separates).
fn title(text: Str) -> Str {
    let mut previous = ' ';
    runes::map(&text, |rune| {
        let starts_word = is_separator(previous);
        previous = rune;
        if starts_word { runes::title(rune) } else { rune }
    })
}

fn is_separator(rune: char) -> bool {
    if rune.is_ascii() {
        return !rune.is_ascii_alphanumeric() && rune != '_';
    }
    !is_letter(rune) && category(rune) != Category::DecimalNumber && is_space(rune)
}

/// The first letter of each word in lower case.
fn untitle(text: Str) -> Str {
    let mut starts_word = true;
    runes::map(&text, |rune| {
        if is_space(rune) {
            starts_word = true;
            rune
        } else if std::mem::take(&mut starts_word) {
            runes::lower(rune)
        } else {
            rune
        }
    })
}

fn swap_case(text: Str) -> Str {
    let mut after_space = true;
    runes::map(&text, |rune| match category(rune) {
        Category::UppercaseLetter | Category::TitlecaseLetter => {
            after_space = false;
            runes::lower(rune)
        }
        Category::LowercaseLetter if std::mem::take(&mut after_space) => runes::title(rune),
        Category::LowercaseLetter => runes::upper(rune),
        _ => {
            after_space = is_space(rune);
            rune
        }
    })
}

/// The first byte of each word; goutils reads bytes as runes.
fn initials(text: Str) -> Str {
    let mut after_gap = true;
    let mut out = String::new();
    for rune in bytes_as_runes(&text) {
        if is_space(rune) {
            after_gap = true;
        } else if std::mem::take(&mut after_gap) {
            out.push(rune);
        }
    }
    out.into()
}

/// `camelcase`, which is PascalCase since Sprig 3.3: leading connectors stay, others go and raise what follows.
fn pascal_case(text: Str) -> Str {
    let all: Vec<char> = runes(text.as_bytes()).map(|(rune, _)| rune).collect();
    let Some(start) = all.iter().position(|rune| !is_connector(*rune)) else {
        return text_of_connectors(&all);
    };
    let mut out: String = all[..start].iter().collect();
    let mut in_upper_run = category(all[start]) == Category::UppercaseLetter;
    let mut pending = runes::upper(all[start]);
    for &next in &all[start + 1..] {
        let (previous, mut rune) = (pending, next);
        if is_connector(rune) && is_connector(previous) {
            out.push(previous);
            pending = rune;
            continue;
        }
        let is_upper = category(rune) == Category::UppercaseLetter;
        if is_connector(previous) {
            in_upper_run = is_upper;
            rune = runes::upper(rune);
        } else {
            if in_upper_run && is_upper {
                rune = runes::lower(rune);
            } else {
                in_upper_run = false;
            }
            out.push(previous);
        }
        pending = rune;
    }
    out.push(pending);
    out.into()
}

/// Nothing but connectors: xstrings writes the last of them twice.
fn text_of_connectors(all: &[char]) -> Str {
    all.iter().chain(all.last()).collect::<String>().into()
}

fn is_connector(rune: char) -> bool {
    rune == '-' || rune == '_' || is_space(rune)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    /// The end of the text.
    None,
    Number,
    Upper,
    Letters,
    Connector,
    Punctuation,
    Other,
}

/// Words in lower case with one connector between them. What counts as a word, and when a number joins its neighbours,
/// is xstrings' own (convert.go: camelCaseToLowerCase).
fn lower_words(text: &Str, connector: char) -> Str {
    let mut words = Words { rest: text.to_text().chars().collect(), position: 0 };
    let mut out = String::new();
    let mut current = words.next_word();
    while words.position < words.rest.len() {
        if current.0 != Word::Connector {
            push_lower(&mut out, &current, connector);
        }
        let previous = std::mem::replace(&mut current, words.next_word());
        match previous.0 {
            Word::Number => {
                join_number(&mut out, &mut current, &mut words, connector);
                if !matches!(current.0, Word::None | Word::Punctuation | Word::Connector) {
                    out.push(connector);
                }
            }
            Word::Connector => push_lower(&mut out, &previous, connector),
            Word::Punctuation => {}
            _ if current.0 != Word::Number => {
                if !matches!(current.0, Word::Connector | Word::Punctuation) {
                    out.push(connector);
                }
            }
            _ if words.position >= words.rest.len() => {}
            _ => {
                let number = std::mem::replace(&mut current, words.next_word());
                if current.0 == Word::Letters {
                    // Letters follow: the number starts a word of its own, `http_2xx`.
                    out.push(connector);
                    push_lower(&mut out, &number, connector);
                    join_number(&mut out, &mut current, &mut words, connector);
                    if !matches!(current.0, Word::None | Word::Punctuation | Word::Connector) {
                        out.push(connector);
                    }
                } else {
                    // The number belongs to the word before it: `bld4_floor`.
                    push_lower(&mut out, &number, connector);
                    if !matches!(current.0, Word::Connector | Word::Punctuation) {
                        out.push(connector);
                    }
                }
            }
        }
    }
    push_lower(&mut out, &current, connector);
    out.into()
}

/// Letters and numbers that follow a number belong to its word.
fn join_number(out: &mut String, current: &mut (Word, String), words: &mut Words, connector: char) {
    while matches!(current.0, Word::Letters | Word::Number) {
        push_lower(out, current, connector);
        *current = words.next_word();
    }
}

fn push_lower(out: &mut String, (kind, word): &(Word, String), connector: char) {
    match kind {
        Word::Connector => out.extend(word.chars().map(|_| connector)),
        Word::Upper => out.extend(word.chars().map(|rune| {
            if category(rune) == Category::UppercaseLetter { runes::lower(rune) } else { rune }
        })),
        _ => out.push_str(word),
    }
}

struct Words {
    rest: Vec<char>,
    position: usize,
}

impl Words {
    fn next_word(&mut self) -> (Word, String) {
        let rest = &self.rest[self.position..];
        let Some(&first) = rest.first() else {
            return (Word::None, String::new());
        };
        let run = |accepts: &dyn Fn(char) -> bool| {
            1 + rest[1..].iter().take_while(|rune| accepts(**rune)).count()
        };
        let is_upper = |rune| category(rune) == Category::UppercaseLetter;
        let is_small = |rune| is_alphabet(rune) && !is_upper(rune);
        let (kind, length) = if is_connector(first) {
            (Word::Connector, run(&is_connector))
        } else if is_punctuation(first) {
            (Word::Punctuation, run(&is_punctuation))
        } else if is_upper(first) {
            let uppers = run(&is_upper);
            let length = if uppers > 1 {
                // The last capital of `HTTPStatus` starts the next word.
                uppers - usize::from(rest.get(uppers).is_some_and(|rune| is_alphabet(*rune)))
            } else {
                run(&is_small)
            };
            (Word::Upper, length)
        } else if is_alphabet(first) {
            (Word::Letters, run(&is_small))
        } else if first.is_numeric() {
            (Word::Number, run(&char::is_numeric))
        } else {
            let other = |rune: char| {
                !(is_connector(rune)
                    || is_alphabet(rune)
                    || rune.is_numeric()
                    || is_punctuation(rune))
            };
            (Word::Other, run(&other))
        };
        self.position += length;
        (kind, rest[..length].iter().collect())
    }
}

fn category(rune: char) -> Category {
    get_general_category(rune)
}

fn is_letter(rune: char) -> bool {
    matches!(
        category(rune),
        Category::UppercaseLetter
            | Category::LowercaseLetter
            | Category::TitlecaseLetter
            | Category::ModifierLetter
            | Category::OtherLetter
    )
}

/// A letter that is no Chinese character (xstrings/common.go).
fn is_alphabet(rune: char) -> bool {
    let chinese = ['\u{4E00}'..='\u{9FCC}', '\u{3400}'..='\u{4D85}', '\u{20000}'..='\u{2B81D}'];
    is_letter(rune) && !chinese.iter().any(|range| range.contains(&rune))
}

fn is_punctuation(rune: char) -> bool {
    matches!(
        category(rune),
        Category::ConnectorPunctuation
            | Category::DashPunctuation
            | Category::OpenPunctuation
            | Category::ClosePunctuation
            | Category::InitialPunctuation
            | Category::FinalPunctuation
            | Category::OtherPunctuation
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(function: impl Fn(Str) -> Str, input: &str, expect: &str) {
        assert_eq!(function(input.into()).to_text(), expect, "{input:?}");
    }

    #[test]
    fn snake() {
        let snake = |text: Str| lower_words(&text, '_');
        check(snake, "FirstName", "first_name");
        check(snake, "HTTPServer", "http_server");
        check(snake, "NoHTTPS", "no_https");
        check(snake, "GO PATH", "go_path");
        check(snake, "http2xx", "http_2xx");
        check(snake, "HTTP20xOK", "http_20x_ok");
        check(snake, "Duration2m3s", "duration_2m3s");
        check(snake, "Bld4Floor3rd", "bld4_floor_3rd");
        check(snake, "__a--b", "__a__b");
        check(snake, "", "");
        check(snake, "a.b/C", "a.b/c");
    }

    #[test]
    fn pascal() {
        check(pascal_case, "http_server", "HttpServer");
        check(pascal_case, "_complex__case_", "_Complex_Case_");
        check(pascal_case, "GOLANG_IS_GREAT", "GolangIsGreat");
        check(pascal_case, "-", "--");
        check(pascal_case, "x", "X");
        check(pascal_case, "", "");
    }

    #[test]
    fn letters() {
        check(title, "o'neil foo_bar ǆ", "O'Neil Foo_bar ǅ");
        check(untitle, "First Try", "first try");
        check(swap_case, "This Is A.Test", "tHIS iS a.tEST");
        check(initials, "First Try é", "FTÃ");
        check(
            |text| runes::map(&text, runes::upper),
            "straße",
            "STRASSE".replace("SS", "ß").as_str(),
        );
    }
}
