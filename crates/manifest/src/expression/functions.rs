//! The functions and filters that expressions have beyond minijinja's own. All but `file` work both ways.

use minijinja::value::{Kwargs, Rest};
use minijinja::{Environment, Error, ErrorKind, Value};
use sha2::{Digest as _, Sha256};
use source::{Tree, yaml};

use super::state::{Shared, Want};
use super::version::Version;
use super::{convert, object};

pub(super) fn add(environment: &mut Environment<'static>, shared: &Shared) {
    macro_rules! both {
        ($($name:literal => $function:expr),* $(,)?) => {$(
            environment.add_function($name, $function);
            environment.add_filter($name, $function);
        )*};
    }
    both! {
        "slug" => |text: String| slug(&text),
        "sha256" => |text: String| hex(&Sha256::digest(text.as_bytes())),
        "b64encode" => |text: String| source::base64::encode(text.as_bytes()),
        "b64decode" => |text: String| b64decode(&text),
        "toyaml" => |value: Value| toyaml(&value),
        "tojson" => |value: Value| Ok::<_, Error>(convert::json(&tree(&value)?)),
        "semver" => |text: String| semver(&text),
    }
    for_required(environment, shared);

    let state = shared.clone();
    environment.add_function("file", move |path: String| {
        let directory = state.lock().directory.clone();
        match crate::paths::normalize(&directory, &path) {
            Ok(path) => Ok(object::known(&state, Want::File(path.clone()), &path)),
            Err(why) => Err(wrong(format!("`{path}` {why}"))),
        }
    });

    environment.add_filter("indent", indent);
    // Their work grows with a number, which fuel does not see.
    for name in ["format", "slice", "batch"] {
        environment.add_filter(name, move |_: Value, _: Rest<Value>, _: Kwargs| {
            Err::<Value, _>(wrong(format!("the filter `{name}` does not exist here")))
        });
    }

    // It prints every value there is, secrets included.
    environment.add_function("debug", || -> Result<Value, Error> {
        Err(wrong("`debug` would show secrets, so it does not exist here"))
    });
}

/// As minijinja's, with a bound: all lines but the first and empty ones, unless told otherwise.
fn indent(text: &str, width: Option<usize>, options: Kwargs) -> Result<String, Error> {
    const WIDEST: usize = 200;
    let width = match width {
        Some(width) => width,
        None => options.get::<Option<usize>>("width")?.unwrap_or(4),
    };
    let first = options.get::<Option<bool>>("first")?.unwrap_or(false);
    let blank = options.get::<Option<bool>>("blank")?.unwrap_or(false);
    options.assert_all_used()?;
    if width > WIDEST {
        return Err(wrong(format!("`indent` goes up to {WIDEST}")));
    }
    let mut indented = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            indented.push('\n');
        }
        if (number > 0 || first) && (blank || !line.is_empty()) {
            indented.extend(std::iter::repeat_n(' ', width));
        }
        indented.push_str(line);
    }
    Ok(indented)
}

/// `required(value, "what to do")`: null, undefined and empty text fail with the message.
fn for_required(environment: &mut Environment<'static>, shared: &Shared) {
    let state = shared.clone();
    let required = move |value: Value, message: String| {
        let is_missing = value.is_undefined() || value.is_none() || value.as_str() == Some("");
        if is_missing {
            state.lock().reads.required = Some(message);
            return Err(wrong("required"));
        }
        Ok(value)
    };
    environment.add_function("required", required.clone());
    environment.add_filter("required", required);
}

/// A DNS-1123 label of at most 40 bytes; what had to be cut ends in a hash, so that it stays apart from others.
pub(crate) fn slug(text: &str) -> Result<String, Error> {
    const LONGEST: usize = 40;
    const HASH: usize = 8;
    let mut slug = String::new();
    for c in text.chars() {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let kept = slug.trim_end_matches('-').len();
    slug.truncate(kept);
    if slug.is_empty() {
        return Err(wrong("`slug` found no letter and no digit to keep"));
    }
    if slug.len() > LONGEST {
        slug.truncate(LONGEST - HASH - 1);
        let kept = slug.trim_end_matches('-').len();
        slug.truncate(kept);
        slug.push('-');
        slug.push_str(&hex(&Sha256::digest(text.as_bytes()))[..HASH]);
    }
    Ok(slug)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn b64decode(text: &str) -> Result<String, Error> {
    let bytes = source::base64::decode(text.trim())
        .ok_or_else(|| wrong("`b64decode` was given no base64"))?;
    String::from_utf8(bytes).map_err(|_| wrong("what `b64decode` found is no text"))
}

fn toyaml(value: &Value) -> Result<String, Error> {
    let text = yaml::write(&tree(value)?, yaml::Dialect::Helm)
        .map_err(|_| wrong("`toyaml` was given what YAML cannot hold"))?;
    Ok(text.trim_end_matches('\n').to_owned())
}

fn semver(text: &str) -> Result<Value, Error> {
    let version = Version::parse(text).ok_or_else(|| wrong("`semver` was given no version"))?;
    Ok(Value::from_object(version))
}

fn tree(value: &Value) -> Result<Tree, Error> {
    convert::tree(value).map_err(|why| wrong(format!("the value {why}")))
}

fn wrong(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        let check = |text: &str, expect: &str| {
            let got = slug(text).unwrap_or_else(|error| error.detail().unwrap().to_owned());
            assert_eq!(got, expect);
        };
        check("build-41", "build-41");
        check("feature/ABC_12 x", "feature-abc-12-x");
        check("--a--", "a");
        check("ÄÖ", "`slug` found no letter and no digit to keep");
        check(&"a".repeat(40), &"a".repeat(40));
        check(
            &"a".repeat(41),
            &format!("{}-{}", "a".repeat(31), &hex(&Sha256::digest("a".repeat(41)))[..8]),
        );
    }
}
