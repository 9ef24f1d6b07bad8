//! Files of others in this repository are as they were published.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};

#[test]
fn the_chart_library_is_as_its_readme_says_it_was_published() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("third-party/uplot");
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    for name in ["uPlot.iife.min.js", "uPlot.min.css", "LICENSE"] {
        let content = std::fs::read(folder.join(name)).unwrap();
        let digest = format!("sha512-{}", STANDARD.encode(Sha512::digest(&content)));
        let said = readme.lines().find(|line| line.contains(&format!("`{name}`"))).unwrap();
        assert!(said.contains(&digest), "{name}: {digest}");
    }
}
