//! Observes a Kubernetes cluster and executes a `Plan` on it. Decisions are made in `plan`; here are requests, watches and
//! waiting.
