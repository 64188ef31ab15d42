//! Figures as PDF.

use crate::synthetic;
use reports::analysis::Analysis;
use reports::charts::kind::Kind;
use reports::charts::spec::{Material, Spec};
use reports::theme::Width;
use sim_core::profile::Profile;
use std::fs;
use std::path::Path;

fn pdf(kind: Kind, width: Width) -> Vec<u8> {
    let (history, profile) = (synthetic::history(), Profile::default());
    let run = synthetic::report(&history, &profile);
    let analysis = Analysis::of(&run);
    let material = [Material { run: &run, analysis: &analysis, label: "" }];
    kind.draw(&Spec::of(kind).wide(width), &material).unwrap().pdf().unwrap()
}

/// The width of the page in points.
fn page_width(pdf: &[u8]) -> f64 {
    let text = String::from_utf8_lossy(pdf);
    let media = text.split("/MediaBox [").nth(1).unwrap().split(']').next().unwrap();
    media.split_whitespace().nth(2).unwrap().parse().unwrap()
}

/// Leaves the documents in the build's folder for temporary files, to be looked at.
#[test]
fn every_kind_of_figure_becomes_a_page_of_its_width() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pdf");
    fs::create_dir_all(&folder).unwrap();
    for kind in Kind::ALL {
        let page = pdf(kind, Width::Page);
        assert!(page.starts_with(b"%PDF-") && page.trim_ascii_end().ends_with(b"%%EOF"));
        assert!(page.len() > 3_000, "{kind:?} has {} bytes", page.len());
        let has = |word: &[u8]| page.windows(word.len()).any(|part| part == word);
        assert!(!has(b"/FontFile"), "{kind:?} carries a font");
        fs::write(folder.join(format!("{}.pdf", kind.name())), page).unwrap();
    }
    let pixels = Width::Column.pixels();
    let column = page_width(&pdf(Kind::Budget, Width::Column));
    assert!((column - pixels * 0.75).abs() < 0.5, "{column} points for {pixels} pixels");
}

#[test]
fn the_same_figure_gives_the_same_document() {
    // Both weights of the font are in it.
    assert_eq!(pdf(Kind::Rounds, Width::Page), pdf(Kind::Rounds, Width::Page));
}
