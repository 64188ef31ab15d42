//! What else lies beside the page.

use crate::charts::Figure;
use crate::tables::Table;
use crate::write::{FIGURES, SUMMARY};
use maud::{Markup, html};

/// The list of files.
pub(super) fn section(figures: &[Figure]) -> Markup {
    html! {
        section aria-labelledby="files" {
            h2 id="files" { "Files" }
            ul.files {
                (file(SUMMARY, "the key figures, for machines"))
                @for table in Table::ALL { (file(table.file, table.rows)) }
                @for figure in figures {
                    @let name = format!("{FIGURES}/{}.svg", figure.name);
                    (file(&name, &format!("{}; also as .png, data as .csv", figure.title)))
                }
            }
        }
    }
}

fn file(name: &str, what: &str) -> Markup {
    html! { li { a href=(name) { code { (name) } } " – " (what) } }
}
