//! Random texts and numbers, drawn from the render's seeded generator.

use gotmpl::{Call, CallError, Functions, Str, Value};
use rand_chacha::rand_core::Rng;

use crate::encode;
use crate::{Dialect, World};

/// The longest random text; a chart that asks for more has made a mistake.
const MAX_LENGTH: i64 = 1 << 24;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    add_class(functions, "randAlphaNum", u8::is_ascii_alphanumeric);
    add_class(functions, "randAlpha", u8::is_ascii_alphabetic);
    add_class(functions, "randNumeric", u8::is_ascii_digit);
    add_class(functions, "randAscii", |byte| matches!(byte, b' '..=b'~'));
    functions.add_with_call("randBytes", rand_bytes);
    functions.add_with_call("randInt", rand_int);
    functions.add_with_call("shuffle", shuffle);
}

fn add_class(functions: &mut Functions, name: &'static str, class: impl Fn(&u8) -> bool) {
    let alphabet: Vec<u8> = (0..0x80).filter(class).collect();
    functions
        .add_with_call(name, move |call: &Call<'_>, count: i64| text(call, name, &alphabet, count));
}

/// The generator of the render that makes the call, which is noted as not repeatable.
pub(crate) fn draw<T>(
    call: &Call<'_>,
    function: &'static str,
    with: impl FnOnce(&mut rand_chacha::ChaCha20Rng) -> T,
) -> T {
    let world = World::of(call);
    world.note_impure(call, function);
    with(&mut world.random.borrow_mut())
}

pub(crate) fn bytes<const LENGTH: usize>(random: &mut impl Rng) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    random.fill_bytes(&mut bytes);
    bytes
}

/// A number below the bound, each equally likely.
fn below(random: &mut impl Rng, bound: u64) -> u64 {
    // Numbers from the incomplete last stretch would favour small results.
    let limit = u64::MAX - u64::MAX % bound;
    loop {
        let number = random.next_u64();
        if number < limit {
            return number % bound;
        }
    }
}

/// Counts below zero give nothing, as Sprig drops the error.
fn text(
    call: &Call<'_>,
    name: &'static str,
    alphabet: &[u8],
    count: i64,
) -> Result<Str, CallError> {
    check_length(count)?;
    Ok(draw(call, name, |random| {
        let character = |_| alphabet[below(random, alphabet.len() as u64) as usize];
        (0..count).map(character).collect::<Vec<u8>>().into()
    }))
}

fn rand_bytes(call: &Call<'_>, count: i64) -> Result<String, CallError> {
    check_length(count)?;
    let count = usize::try_from(count)
        .map_err(|_| CallError::message("runtime error: makeslice: len out of range"))?;
    let mut bytes = vec![0; count];
    draw(call, "randBytes", |random| random.fill_bytes(&mut bytes));
    Ok(encode::base64(&bytes))
}

fn rand_int(call: &Call<'_>, least: i64, beyond: i64) -> Result<Value, CallError> {
    let width = u64::try_from(beyond.wrapping_sub(least)).ok().filter(|width| *width > 0);
    let width = width.ok_or_else(|| CallError::message("invalid argument to Intn"))?;
    let number = draw(call, "randInt", |random| below(random, width));
    Ok(Value::int(least.wrapping_add(number.cast_signed())))
}

/// The runes of a text in random order.
fn shuffle(call: &Call<'_>, text: Str) -> Str {
    let mut runes: Vec<char> = text.to_text().chars().collect();
    if runes.is_empty() {
        return text;
    }
    draw(call, "shuffle", |random| {
        for last in (1..runes.len()).rev() {
            runes.swap(last, below(random, last as u64 + 1) as usize);
        }
    });
    runes.into_iter().collect::<String>().into()
}

fn check_length(count: i64) -> Result<(), CallError> {
    if count <= MAX_LENGTH {
        return Ok(());
    }
    let text = format!("{count} random characters are more than the limit of {MAX_LENGTH}");
    Err(CallError::message(text))
}
