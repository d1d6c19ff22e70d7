//! The order in which go-yaml writes the keys of a map: letters after everything else, runs of digits by their value.

use std::cmp::Ordering;

use super::Dialect;

/// Sorts keys as go-yaml does. Its comparison is not transitive for some sets (`a1b`, `a2`, `a10`), for which Helm's
/// own output varies from run to run; here the outcome then only depends on the keys. The library's sort may panic on
/// such a comparison, so this is a merge sort of our own.
pub fn sort_keys<T>(mut entries: Vec<(&str, T)>, dialect: Dialect) -> Vec<(&str, T)> {
    let less = |a: &str, b: &str| compare(a, b, dialect) == Ordering::Less;
    if entries.is_sorted_by(|a, b| !less(b.0, a.0)) {
        return entries;
    }
    entries.sort_by_key(|entry| entry.0);
    let mut runs: Vec<Vec<(&str, T)>> = entries.into_iter().map(|entry| vec![entry]).collect();
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut pairs = runs.into_iter();
        while let Some(left) = pairs.next() {
            merged.push(match pairs.next() {
                Some(right) => merge(left, right, less),
                None => left,
            });
        }
        runs = merged;
    }
    runs.pop().unwrap_or_default()
}

fn merge<'a, T>(
    left: Vec<(&'a str, T)>,
    right: Vec<(&'a str, T)>,
    less: impl Fn(&str, &str) -> bool,
) -> Vec<(&'a str, T)> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let mut right = right.into_iter().peekable();
    for entry in left {
        while let Some(smaller) = right.next_if(|other| less(other.0, entry.0)) {
            merged.push(smaller);
        }
        merged.push(entry);
    }
    merged.extend(right);
    merged
}

/// go-yaml's `keyList.Less` as an ordering of two texts.
fn compare(a: &str, b: &str, dialect: Dialect) -> Ordering {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let mut start = same;
    while !a.is_char_boundary(start) {
        start -= 1;
    }
    let (Some(x), Some(y)) = (a[start..].chars().next(), b[start..].chars().next()) else {
        return a.len().cmp(&b.len());
    };
    match (is_letter(x), is_letter(y)) {
        (true, true) => x.cmp(&y),
        (false, false) => compare_numbers(a, b, start).then_with(|| x.cmp(&y)),
        // After a digit the newer go-yaml puts the letter first.
        (x_is_letter, _) => {
            let after_digit = a[..start].chars().next_back().is_some_and(is_digit);
            let letter_first = after_digit && dialect == Dialect::Pretty;
            if x_is_letter == letter_first { Ordering::Less } else { Ordering::Greater }
        }
    }
}

/// Compares the runs of digits that begin where two texts part, by value, then by length.
fn compare_numbers(a: &str, b: &str, start: usize) -> Ordering {
    let zero_leads = a[start..].starts_with('0') || b[start..].starts_with('0');
    // A zero inside a number is no leading zero.
    let before = a[..start].chars().rev().take_while(|c| is_digit(*c)).any(|c| c != '0');
    let seed = i64::from(zero_leads && before);
    let run = |text: &str| {
        text[start..].chars().take_while(|c| is_digit(*c)).fold(
            (seed, 0),
            |(value, count), digit| {
                let digit = i64::from(u32::from(digit)) - i64::from(u32::from('0'));
                (value.wrapping_mul(10).wrapping_add(digit), count + 1)
            },
        )
    };
    run(a).cmp(&run(b))
}

/// Go's `unicode.IsLetter`, for which letters that are numbers (`Ⅷ`) are none.
fn is_letter(character: char) -> bool {
    character.is_alphabetic() && !character.is_numeric()
}

/// Go's `unicode.IsDigit`; other scripts' digits do not occur in keys that need this order.
fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(dialect: Dialect, expect: &[&str]) {
        let mut entries: Vec<_> = expect.iter().map(|key| (*key, ())).collect();
        entries.reverse();
        let sorted: Vec<_> = sort_keys(entries, dialect).into_iter().map(|entry| entry.0).collect();
        assert_eq!(sorted, expect);
    }

    #[test]
    fn natural_order() {
        let keys =
            ["_a", "1", "2", "10", "A", "a", "a-b", "a.b", "a_b", "a2", "a10", "aB", "ab", "é"];
        check(Dialect::Helm, &keys);
        check(Dialect::Helm, &["1.2", "1.10", "1a", "01a"]);
        check(Dialect::Pretty, &["a1b", "a1.c"]);
    }

    #[test]
    fn keys_without_an_order_do_not_panic() {
        let keys = ["a1b", "a2", "a10", "a3c", "a20", "a1", "a02"];
        let many: Vec<String> =
            (0..2000).map(|n| format!("{}{}", keys[n % keys.len()], n * 7919 % 31)).collect();
        for dialect in [Dialect::Helm, Dialect::Pretty] {
            let entries = many.iter().map(|key| (key.as_str(), ())).collect();
            assert_eq!(sort_keys(entries, dialect).len(), many.len());
        }
    }
}
