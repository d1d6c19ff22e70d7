//! An entry of a corpus, changed a few times.

use std::ops::Range;

use super::Corpus;
use super::random::Random;

/// Larger inputs say nothing new and take long.
const MOST: usize = 64 << 10;
/// Of what one repetition makes: deep enough to end a stack that is not looked after.
const DEEPEST: usize = 200_000;

pub(super) fn mutated(corpus: &Corpus, random: &mut Random) -> Vec<u8> {
    let mut bytes = random.pick(&corpus.entries).cloned().unwrap_or_default();
    let most = MOST.max(bytes.len() * 2);
    for _ in 0..=random.below(6) {
        change(&mut bytes, corpus, random);
        bytes.truncate(most);
    }
    if random.one_in(400) {
        nest(&mut bytes, corpus, random);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, corpus: &Corpus, random: &mut Random) {
    match random.below(9) {
        0 => {
            let at = random.below(bytes.len());
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => {
            let at = random.below(bytes.len());
            if let Some(byte) = bytes.get_mut(at) {
                *byte = random.next().to_le_bytes()[0];
            }
        }
        2 => drop(bytes.drain(piece(bytes.len(), random))),
        3 => {
            let copied = bytes[piece(bytes.len(), random)].to_vec();
            insert(bytes, &copied, random);
        }
        4 | 5 => {
            if let Some(token) = random.pick(&corpus.tokens) {
                insert(bytes, token.as_bytes(), random);
            }
        }
        6 => {
            if let Some(token) = random.pick(&corpus.tokens) {
                let replaced = piece(bytes.len(), random);
                bytes.splice(replaced, token.bytes());
            }
        }
        7 => {
            // A part of another entry.
            if let Some(other) = random.pick(&corpus.entries) {
                let part = other[piece(other.len(), random)].to_vec();
                insert(bytes, &part, random);
            }
        }
        _ => {
            let token = random.pick(&corpus.tokens).map(|token| token.repeat(random.length(64)));
            insert(bytes, token.unwrap_or_default().as_bytes(), random);
        }
    }
}

/// Thousands of one token in a row, and as many of another behind them.
fn nest(bytes: &mut Vec<u8>, corpus: &Corpus, random: &mut Random) {
    let [open, close] = [0, 1].map(|_| random.pick(&corpus.tokens).cloned().unwrap_or_default());
    let times = random.length(DEEPEST / open.len().max(1));
    let mut deep = open.repeat(times);
    if random.one_in(2) {
        deep.push_str(&close.repeat(times.min(DEEPEST / close.len().max(1))));
    }
    insert(bytes, deep.as_bytes(), random);
}

fn insert(bytes: &mut Vec<u8>, part: &[u8], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    bytes.splice(at..at, part.iter().copied());
}

fn piece(length: usize, random: &mut Random) -> Range<usize> {
    let start = random.below(length + 1);
    start..start + random.length(length - start)
}
