//! How the pure crates ask for files: paths in, bytes out, and the caller decides where they live.

/// Files of one repository. Paths use `/`, are relative to the repository's root and never leave it; implementations
/// refuse `..` above the root and links that point out. `cli::disk` reads the disk or a git tree; tests use maps.
pub trait Files: Sync {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// The entries of a directory, sorted by name.
    fn list(&self, directory: &str) -> Result<Vec<Entry>, FileError>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub is_directory: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    Missing,
    /// The path leaves the repository.
    Outside,
    /// What the system said.
    Unreadable(String),
}
