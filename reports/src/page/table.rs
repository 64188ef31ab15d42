//! Tables that a small script sorts and filters: each cell carries the value it is sorted by.

use crate::human;
use maud::{Markup, Render, html};

/// A cell: what is read, and what it is sorted by.
pub(super) struct Cell {
    text: String,
    value: u128,
}

impl Cell {
    /// A count.
    pub(super) fn count(count: u64) -> Cell {
        Cell { text: human::count(count), value: count.into() }
    }

    /// An amount of cycles or instructions.
    pub(super) fn amount(amount: u128) -> Cell {
        Cell { text: human::amount(amount), value: amount }
    }

    /// A size.
    pub(super) fn bytes(bytes: u64) -> Cell {
        Cell { text: human::bytes(bytes), value: bytes.into() }
    }

    /// A duration.
    pub(super) fn duration(nanos: u64) -> Cell {
        Cell { text: human::duration(nanos), value: nanos.into() }
    }
}

/// A table with a name, whose rows have a head and `N` cells.
pub(super) fn table<const N: usize>(
    name: &str,
    first: &str,
    head: [&str; N],
    rows: impl Iterator<Item = (impl Render, [Cell; N])>,
) -> Markup {
    html! {
        div.scroll role="region" aria-label=(name) tabindex="0" {
            table.wide.sortable {
                caption { (name) }
                thead {
                    tr {
                        th scope="col" { (first) }
                        @for name in head { th scope="col" { (name) } }
                    }
                }
                tbody {
                    @for (name, cells) in rows {
                        tr {
                            th scope="row" { (name) }
                            @for cell in cells { td data-value=(cell.value) { (cell.text) } }
                        }
                    }
                }
            }
        }
    }
}
