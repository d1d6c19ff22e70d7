//! The functions that the inputs call, one for each kind of parameter.

use std::sync::Arc;

use gotmpl::{
    Bytes, Call, CallError, FromValue, Functions, Int64, IntType, Kind, List, MapRef, MapType,
    Object, ParamType, Rest, Signature, Str, Value, print_value, type_name,
};

pub(crate) fn functions() -> Arc<Functions> {
    let mut functions = Functions::default();
    functions.add("upper", |text: Str| text.to_text().to_uppercase());
    functions.add("list", |items: Rest<Value>| Value::list(items.0));
    functions.add("dict", dict);
    functions.add("strs", |items: Rest<Str>| Value::strings(items.0));
    functions.add("smap", smap);
    functions.add("bytes", |text: Str| Bytes(text.as_bytes().to_vec()));
    functions.add("int64", |number: i64| Int64(number));
    functions.add("uint8", |number: i64| Value::Int(number & 255, IntType::Uint8));
    functions.add("nothing", || Value::Nil);
    functions.add("wantmap", |map: MapRef| format!("map{}", map.len()));
    functions.add("wantlist", |list: List| format!("list{}", list.items.len()));
    functions.add("wantstrs", |list: Vec<Str>| format!("strs{}", list.len()));
    functions.add("wantint", |number: i64| format!("int{number}"));
    functions.add("wantint64", |number: Int64| format!("int64:{}", number.0));
    functions.add("wantuint8", |number: u8| format!("uint8:{number}"));
    functions.add("wantfloat", |number: f64| format!("float{}", print_value(&number.into())));
    functions.add("wantbool", |truth: bool| format!("bool{truth}"));
    functions.add("wantany", |value: Value| match value {
        Value::Nil => "any:<nil>".to_owned(),
        value => format!("any:{}", print_value(&value)),
    });
    functions.add("wantbytes", |bytes: Bytes| format!("bytes{}", bytes.0.len()));
    functions.add("variadic", |text: Str, numbers: Rest<i64>| {
        let numbers = numbers.0.into_iter().map(Value::int).collect();
        format!("{text}{}", print_value(&Value::list(numbers)))
    });
    functions.add("failing", |text: Str| Err::<Value, _>(CallError::message(text.to_text())));
    functions.add("set", |map: MapRef, key: Str, value: Value| {
        map.insert(key, value);
        map
    });
    functions.add("point", || Value::object(Point));
    functions.add_with_call("include", |call: &Call<'_>, name: Str, dot: Value| {
        call.executor.execute(&name.to_text(), &dot)
    });
    functions.add_with_call("tpl", |call: &Call<'_>, text: Str, dot: Value| {
        call.executor.execute_text(&text, &dot)
    });
    Arc::new(functions)
}

fn dict(items: Rest<Value>) -> Result<Value, CallError> {
    let map = MapRef::new(MapType::Any);
    for pair in items.0.chunks_exact(2) {
        let Value::Str(key) = &pair[0] else {
            let name = if pair[0].is_nil() { "nil" } else { type_name(&pair[0]) };
            let message = format!("interface conversion: interface {{}} is {name}, not string");
            return Err(CallError::Message(message));
        };
        map.insert(key.clone(), pair[1].clone());
    }
    Ok(Value::Map(map))
}

fn smap(items: Rest<Str>) -> MapRef {
    let map = MapRef::new(MapType::Strings);
    for pair in items.0.chunks_exact(2) {
        map.insert(pair[0].clone(), pair[1].clone().into());
    }
    map
}

/// A struct with fields and methods.
#[derive(Debug)]
struct Point;

const ONE_INT: &[ParamType] = &[<i64 as FromValue>::TYPE];
const ONE_TEXT: &[ParamType] = &[<Str as FromValue>::TYPE];

impl Object for Point {
    fn type_name(&self) -> &'static str {
        "main.point"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "X" => Some(Value::int(1)),
            "List" => Some(Value::strings(["a", "b"])),
            _ => None,
        }
    }

    fn has_method(&self, name: &str) -> bool {
        matches!(name, "Name" | "Sum" | "Fail")
    }

    fn signature(&self, name: &str) -> Option<Signature> {
        let params = match name {
            "Sum" => ONE_INT,
            "Fail" => ONE_TEXT,
            _ => &[],
        };
        Some(Signature { params, rest: None })
    }

    fn method(&self, _: &Call<'_>, name: &str, arguments: &[Value]) -> Result<Value, CallError> {
        match (name, arguments) {
            ("Sum", [Value::Int(number, _)]) => Ok(Value::int(number + 1)),
            ("Fail", [Value::Str(text)]) => Err(CallError::message(text.to_text())),
            _ => Ok("pt".into()),
        }
    }

    fn is_comparable(&self) -> bool {
        false
    }

    fn print(&self) -> Str {
        "point(1)".into()
    }
}
