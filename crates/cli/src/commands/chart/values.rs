//! Values from the command line, as Helm's commands take them.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use source::{Problem, Source, Tree};
use stack::set::{self, Kind};
use stack::{Compat, Content, Layer, Origin};

use crate::disk;
use crate::report::Failure;

#[derive(Args, Debug)]
pub struct Values {
    /// Values file, `-` for stdin; repeat for several, later wins
    #[arg(short = 'f', long, value_name = "FILE", value_delimiter = ',')]
    pub values: Vec<PathBuf>,
    /// Value: `image.tag=1.2`
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Value, always text
    #[arg(long, value_name = "KEY=VALUE")]
    pub set_string: Vec<String>,
    /// Value, a file's content
    #[arg(long, value_name = "KEY=FILE")]
    pub set_file: Vec<String>,
    /// Value, JSON
    #[arg(long, value_name = "KEY=JSON")]
    pub set_json: Vec<String>,
    /// Value, all behind the first `=` as it stands
    #[arg(long, value_name = "KEY=VALUE")]
    pub set_literal: Vec<String>,
}

impl Values {
    /// In Helm's order: files, then JSON, plain, text, file contents, literals.
    pub fn merged(&self, compat: Compat) -> Result<Tree, Failure> {
        let mut layers = Vec::new();
        let mut problems = Vec::new();
        for path in &self.values {
            let name = path.to_string_lossy();
            let bytes = read(path)
                .map_err(|error| Failure::usage(format!("cannot read `-f {name}`: {error}")))?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let source = Source::new(name.as_ref(), text);
            match stack::layers::documents(&source, compat) {
                Ok(read) => {
                    let layer = |tree| Layer {
                        origin: Origin::File { path: name.to_string() },
                        content: Content::Values(tree),
                    };
                    layers.extend(read.value.into_iter().filter(|tree| !tree.is_null()).map(layer));
                }
                Err(found) => problems.extend(found),
            }
        }
        let kinds: [(&str, &[String], Kind); 5] = [
            ("--set-json", &self.set_json, Kind::Json),
            ("--set", &self.set, Kind::Typed),
            ("--set-string", &self.set_string, Kind::Text),
            ("--set-file", &self.set_file, Kind::File),
            ("--set-literal", &self.set_literal, Kind::Literal),
        ];
        let read_file = |path: &str| read(Path::new(path)).map_err(|error| error.to_string());
        for (flag, texts, kind) in kinds {
            for text in texts {
                let name = format!("{flag} {text}");
                let source = Source::new(name.clone(), text.clone());
                match set::parse(kind.in_dialect(compat), &source, 0, &read_file) {
                    Ok(edits) => layers.push(Layer {
                        origin: Origin::Flag { text: name },
                        content: Content::Edits(edits),
                    }),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        let not_a_map = |layer: &Layer| match &layer.content {
            Content::Values(tree) if tree.as_map().is_none() => Some(
                Problem::error("values-not-a-map", "a values file must hold a map")
                    .at(tree.span.as_ref(), format!("this is {}", tree.kind())),
            ),
            Content::Values(_) | Content::Edits(_) => None,
        };
        problems.extend(layers.iter().filter_map(not_a_map));
        if !problems.is_empty() {
            return Err(problems.into());
        }
        Ok(stack::merge(&layers)?)
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path != Path::new("-") {
        return disk::read(path);
    }
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes)?;
    Ok(bytes)
}
