//! Plain Rust functions of any arity become registered functions.

use crate::{Call, CallError, FromValue, Function, IntoResult, Rest, Value};

/// A function over Rust types, optionally with a `Rest` as its last parameter.
pub trait IntoFunction<Args> {
    fn into_function(self, name: &'static str) -> Function;
}

/// As `IntoFunction`, for functions whose first parameter is the call.
pub trait IntoCallFunction<Args> {
    fn into_function(self, name: &'static str) -> Function;
}

/// An argument as checked by the executor; a mismatch here is an invariant broken by it.
fn take<T: FromValue>(value: Option<&Value>) -> Result<T, CallError> {
    let value = value.unwrap_or(&Value::Nil);
    T::from_value(value).ok_or_else(|| CallError::message(format!("expected {}", T::TYPE.name)))
}

fn take_rest<'a, T: FromValue>(
    arguments: impl Iterator<Item = &'a Value>,
) -> Result<Rest<T>, CallError> {
    Ok(Rest(arguments.map(|value| take(Some(value))).collect::<Result<_, _>>()?))
}

/// One implementation for one number of parameters; `$call` is what the function gets before its arguments.
macro_rules! function {
    ($trait:ident, ($($call:ident: $call_type:ty)?), $($param:ident)*) => {
        impl<F, R, $($param),*> $trait<($($param,)*)> for F
        where
            F: Fn($($call_type,)? $($param),*) -> R + Send + Sync + 'static,
            R: IntoResult,
            $($param: FromValue),*
        {
            function!(@method ($($call)?) None, [$($param)*], []);
        }

        impl<F, R, $($param,)* Last> $trait<($($param,)* Rest<Last>,)> for F
        where
            F: Fn($($call_type,)? $($param,)* Rest<Last>) -> R + Send + Sync + 'static,
            R: IntoResult,
            $($param: FromValue,)*
            Last: FromValue,
        {
            function!(@method ($($call)?) Some(Last::TYPE), [$($param)*], [Last]);
        }
    };
    (@method ($($call:ident)?) $rest:expr, [$($param:ident)*], [$($last:ident)?]) => {
        fn into_function(self, name: &'static str) -> Function {
            Function {
                name,
                params: vec![$($param::TYPE),*],
                rest: $rest,
                // Functions without parameters leave both alone.
                run: Box::new(move |_call, _arguments| {
                    let mut _arguments = _arguments.iter();
                    self(
                        $({ let $call = _call; $call },)?
                        $(take::<$param>(_arguments.next())?,)*
                        $(take_rest::<$last>(_arguments)?)?
                    )
                    .into_result()
                }),
            }
        }
    };
}

macro_rules! functions {
    ($($param:ident)*) => {
        function!(IntoFunction, (), $($param)*);
        function!(IntoCallFunction, (call: &Call<'_>), $($param)*);
    };
}

functions!();
functions!(A);
functions!(A B);
functions!(A B C);
functions!(A B C D);
functions!(A B C D E);
functions!(A B C D E G);
