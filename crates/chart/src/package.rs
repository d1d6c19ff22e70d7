//! A chart into a `.tgz`: the same files give the same bytes, whoever packs them.

use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};
use source::Problem;
use tar::{Builder, EntryType, Header};

use crate::{Chart, File};

/// Packs all files as they were loaded below a folder of the chart's name, without times, owners and modes of their own.
pub fn package(chart: &Chart) -> Result<Vec<u8>, Problem> {
    pack(chart).map_err(|error| {
        Problem::error("not-packed", format!("cannot pack `{}`: {error}", chart.origin))
    })
}

fn pack(chart: &Chart) -> io::Result<Vec<u8>> {
    let mut files: Vec<&File> = chart.raw.iter().collect();
    // Chart.yaml first: whoever looks for it need not unpack the rest.
    files.sort_by_key(|file| (file.path != "Chart.yaml", &file.path));
    let mut tar = Builder::new(Vec::new());
    for file in files {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(file.bytes().len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        let path = format!("{}/{}", chart.metadata.name, file.path);
        tar.append_data(&mut header, path, file.bytes())?;
    }
    let tar = tar.into_inner()?;
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    gzip.write_all(&tar)?;
    gzip.finish()
}

#[cfg(test)]
mod tests {
    use crate::{File, identify, load, load_archive, package};

    #[test]
    fn what_was_packed_loads_again() {
        let long = format!("files/{}.txt", "x".repeat(150));
        let files = vec![
            File::new("values.yaml", *b"a: 1\n"),
            File::new("Chart.yaml", *b"apiVersion: v2\nname: api\nversion: 1.2.3\n"),
            File::new(long.clone(), *b"text"),
        ];
        let chart = load("charts/api", files).expect("it is a chart");
        let packed = package(&chart).expect("it fits into memory");
        assert_eq!(package(&chart).expect("it fits into memory"), packed);
        let again = load_archive("api-1.2.3.tgz", &packed).expect("it is a chart");
        assert_eq!(again.digest(), chart.digest());
        let known = identify("api-1.2.3.tgz", &packed).expect("it says which chart it is");
        assert_eq!(known, chart.metadata);
        assert!(again.files.iter().any(|file| file.path == long));
    }
}
