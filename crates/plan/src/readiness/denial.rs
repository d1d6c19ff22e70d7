//! Reads why the API server refused to create a pod, out of the message that a controller repeats in a condition or event.

use super::fields::one_line;
use super::{Certainty, Code, Failure, Grace};

/// Parts of messages (lower case) of the API server's admission, and what each of them means. The first that fits counts.
const REFUSALS: &[(&str, Code, Certainty)] = {
    use Certainty::{Certain, Likely, Possible};
    use Grace::ConfigError;
    &[
        // Two writers met at one quota; the controller tries again at once.
        ("operation cannot be fulfilled on resourcequotas", Code::Quota, Possible),
        // Pods that are just ending still count, for as long as they take.
        ("exceeded quota", Code::Quota, Likely(ConfigError)),
        ("failed quota", Code::Quota, Certain),
        ("insufficient quota", Code::Quota, Certain),
        ("usage per container is", Code::Quota, Certain),
        ("usage per pod is", Code::Quota, Certain),
        ("limit to request ratio per", Code::Quota, Certain),
        ("failed calling webhook", Code::WebhookDown, Likely(ConfigError)),
        ("denied the request", Code::Admission, Certain),
        ("violates podsecurity", Code::Admission, Certain),
        ("validatingadmissionpolicy", Code::Admission, Certain),
        ("security context constraint", Code::Admission, Certain),
        ("is being terminated", Code::Admission, Certain),
        ("no priorityclass with name", Code::Config, Likely(ConfigError)),
        ("error looking up service account", Code::Config, Likely(ConfigError)),
        ("serviceaccount", Code::Config, Likely(ConfigError)),
        ("is invalid:", Code::Admission, Certain),
        ("is forbidden", Code::Admission, Likely(ConfigError)),
    ]
};

/// What a refusal to create a pod means; what is not known of is likely to stay.
pub(super) fn denial(message: &str) -> Failure {
    let lower = message.to_lowercase();
    let (code, certainty) = REFUSALS.iter().find(|(part, ..)| lower.contains(part)).map_or(
        (Code::Admission, Certainty::Likely(Grace::ConfigError)),
        |(_, code, certainty)| (*code, *certainty),
    );
    let message = one_line(message);
    let cause = match message.is_empty() {
        true => "its pods cannot be created".to_owned(),
        false => format!("its pods cannot be created: {message}"),
    };
    Failure::new(code, certainty, cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_admission() {
        let check = |message: &str, code: Code, certain: bool| {
            let failure = denial(message);
            assert_eq!(failure.code, code, "{message}");
            assert_eq!(failure.certainty == Certainty::Certain, certain, "{message}");
        };
        check(
            "pods \"web-1\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2",
            Code::Quota,
            false,
        );
        check(
            "pods \"web-1\" is forbidden: failed quota: small: must specify limits.cpu",
            Code::Quota,
            true,
        );
        check(
            "pods \"web-1\" is forbidden: maximum cpu usage per Container is 1, but limit is 2",
            Code::Quota,
            true,
        );
        check(
            "Operation cannot be fulfilled on resourcequotas \"small\": the object has been modified",
            Code::Quota,
            false,
        );
        check(
            "admission webhook \"p.example.com\" denied the request: no latest tag",
            Code::Admission,
            true,
        );
        check(
            "Internal error occurred: failed calling webhook \"p.example.com\": connection refused",
            Code::WebhookDown,
            false,
        );
        check(
            "pods \"web-1\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true",
            Code::Admission,
            true,
        );
        check(
            "pods \"web-\" is forbidden: error looking up service account shop/web: serviceaccount \"web\" not found",
            Code::Config,
            false,
        );
        check(
            "Pod \"web-1\" is invalid: spec.containers[0].image: Required value",
            Code::Admission,
            true,
        );
        check("", Code::Admission, false);
    }
}
