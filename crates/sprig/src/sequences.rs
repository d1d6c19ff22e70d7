//! Lists of whole numbers: until, untilStep, seq.

use gotmpl::{CallError, Functions, List, ListType, Rest, Value};

use crate::Dialect;
use crate::limits::check_items;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("until", |count: i64| list(0, count, if count < 0 { -1 } else { 1 }));
    functions.add("untilStep", list);
    functions.add("seq", seq);
}

fn list(start: i64, stop: i64, step: i64) -> Result<List, CallError> {
    let numbers = numbers(start, stop, step)?;
    Ok(List::new(ListType::Ints, numbers.into_iter().map(Value::int).collect()))
}

/// From start to before stop; empty where the step leads away from it.
fn numbers(start: i64, stop: i64, step: i64) -> Result<Vec<i64>, CallError> {
    if step == 0 || (stop < start) != (step < 0) {
        return Ok(Vec::new());
    }
    let distance = start.abs_diff(stop);
    let count = distance.div_ceil(step.unsigned_abs());
    let count = check_items(usize::try_from(count).ok())?;
    let number = |index: usize| start.wrapping_add(step.wrapping_mul(index as i64));
    Ok((0..count).map(number).collect())
}

/// As the program of that name: numbers including the last one, with spaces between them.
fn seq(parameters: Rest<i64>) -> Result<String, CallError> {
    let (start, step, end) = match parameters.0[..] {
        [end] => (1, if end < 1 { -1 } else { 1 }, end),
        [start, end] => (start, if end < start { -1 } else { 1 }, end),
        [start, step, end] if end >= start || step <= 0 => (start, step, end),
        _ => return Ok(String::new()),
    };
    let towards = if end < start { -1 } else { 1 };
    let numbers = numbers(start, end.wrapping_add(towards), step)?;
    Ok(numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences() {
        let check = |parameters: &[i64], expect: &str| {
            assert_eq!(seq(Rest(parameters.to_vec())).unwrap(), expect, "{parameters:?}");
        };
        check(&[], "");
        check(&[3], "1 2 3");
        check(&[-1], "1 0 -1");
        check(&[2, 5], "2 3 4 5");
        check(&[5, 2], "5 4 3 2");
        check(&[0, 2, 10], "0 2 4 6 8 10");
        check(&[0, -2, -5], "0 -2 -4");
        check(&[0, 2, -5], "");
        check(&[0, 0, 5], "");
        check(&[0, 1, 2, 3], "");
        assert!(seq(Rest(vec![i64::MIN, i64::MAX - 1])).is_err());
        assert!(list(0, i64::MAX, 1).is_err());
        assert_eq!(numbers(0, i64::MAX, i64::MAX).unwrap(), [0]);
        assert_eq!(numbers(0, -3, -1).unwrap(), [0, -1, -2]);
    }
}
