//! Who may speak to the API server by a token.

/// A line of the token file.
pub(crate) struct Identity {
    pub(crate) token: &'static str,
    pub(crate) user: &'static str,
    pub(crate) group: &'static str,
}

impl Identity {
    /// The value of the header `Authorization`.
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

/// Every test's view of the world.
pub(crate) const ADMIN: Identity =
    Identity { token: "administrator", user: "administrator", group: "system:masters" };

/// Known, but without any right.
pub(crate) const NOBODY: Identity = Identity { token: "nobody", user: "nobody", group: "nobodies" };

/// The control plane's own programs, whose requests the audit log leaves out.
pub(crate) const PROGRAMS: [Identity; 3] = [
    program("kube-controller-manager", "system:kube-controller-manager"),
    program("kube-scheduler", "system:kube-scheduler"),
    program("kwok", "kwok"),
];

const fn program(token: &'static str, user: &'static str) -> Identity {
    Identity { token, user, group: "system:masters" }
}

/// The file for kube-apiserver's `--token-auth-file`.
pub(crate) fn token_file() -> String {
    let all = [ADMIN, NOBODY].into_iter().chain(PROGRAMS);
    all.map(|one| format!("{},{},{},{}\n", one.token, one.user, one.user, one.group)).collect()
}
