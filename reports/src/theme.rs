//! The one look of all figures: sizes in CSS pixels, colours from Okabe and Ito's palette, which
//! people with colour-blindness can tell apart.
//!
//! Figures are drawn [`WIDTH`] pixels wide. Set to a column of 88 mm their text comes out at about
//! 7 points.

use serde::{Deserialize, Serialize};
use sim_core::ledger::UseCase;

/// A colour: red, green, blue.
pub type Color = (u8, u8, u8);

/// Okabe and Ito's orange.
pub const ORANGE: Color = (0xe6, 0x9f, 0x00);
/// Okabe and Ito's sky blue.
pub const SKY: Color = (0x56, 0xb4, 0xe9);
/// Okabe and Ito's bluish green.
pub const GREEN: Color = (0x00, 0x9e, 0x73);
/// Okabe and Ito's yellow.
pub const YELLOW: Color = (0xf0, 0xe4, 0x42);
/// Okabe and Ito's blue.
pub const BLUE: Color = (0x00, 0x72, 0xb2);
/// Okabe and Ito's vermillion.
pub const VERMILLION: Color = (0xd5, 0x5e, 0x00);
/// Okabe and Ito's reddish purple.
pub const PURPLE: Color = (0xcc, 0x79, 0xa7);

/// Text, axes and ticks.
pub const INK: Color = (0x22, 0x22, 0x22);
/// What is secondary: notes, reference lines, third curves.
pub const MUTED: Color = (0x6b, 0x6b, 0x6b);
/// Grid lines.
pub const GRID: Color = (0xe3, 0xe3, 0xe3);
/// Behind everything.
pub const PAPER: Color = (0xff, 0xff, 0xff);

/// Width of every figure.
pub const WIDTH: f64 = 440.0;
/// Width of a figure across the page, 180 mm: set to that, its text is as large as in a column.
pub const PAGE_WIDTH: f64 = 900.0;
/// Text of ticks and legends.
pub const SMALL: f64 = 11.5;
/// Text of axis titles and panel titles.
pub const MEDIUM: f64 = 12.5;
/// Height of a line of small text.
pub const LINE_HEIGHT: f64 = 17.0;
/// Stroke of axes and grid.
pub const HAIRLINE: f64 = 0.75;
/// Stroke of data that stands back.
pub const THIN: f64 = 1.25;
/// Stroke of data.
pub const THICK: f64 = 2.0;

/// How wide a figure is on paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// One column, 88 mm.
    #[default]
    Column,
    /// The page: two columns and the gap between, 180 mm.
    Page,
}

impl Width {
    /// In pixels. Text has the same size on paper at both widths.
    pub const fn pixels(self) -> f64 {
        match self {
            Width::Column => WIDTH,
            Width::Page => PAGE_WIDTH,
        }
    }
}

/// The colour of the series at `place`, where series have no colour of their own.
pub const fn series(place: usize) -> Color {
    const SERIES: [Color; 8] = [BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, INK, MUTED];
    SERIES[place % SERIES.len()]
}

/// The colour of a share from 0 to 1 on the one scale of all heat maps: from paper to dark blue, ever
/// darker, so that it can be told apart in print and with any colour vision. The steps are those of
/// C. Brewer's "Blues".
pub fn heat(share: f64) -> Color {
    const STEPS: [Color; 8] = [
        (0xf7, 0xfb, 0xff),
        (0xde, 0xeb, 0xf7),
        (0xc6, 0xdb, 0xef),
        (0x9e, 0xca, 0xe1),
        (0x6b, 0xae, 0xd6),
        (0x42, 0x92, 0xc6),
        (0x21, 0x71, 0xb5),
        (0x08, 0x30, 0x6b),
    ];
    let at = share.clamp(0.0, 1.0) * (STEPS.len() - 1) as f64;
    let step = (at as usize).min(STEPS.len() - 2);
    let part = at - step as f64;
    let mix = |from: u8, to: u8| {
        libm::round(f64::from(from) + (f64::from(to) - f64::from(from)) * part) as u8
    };
    let (from, to) = (STEPS[step], STEPS[step + 1]);
    (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// The colour of text on a share of [`heat`].
pub fn on_heat(share: f64) -> Color {
    if share > 0.55 { PAPER } else { INK }
}

/// The colour of a use case of cycles, the same in every figure.
pub const fn use_case(use_case: UseCase) -> Color {
    match use_case {
        UseCase::Execution => BLUE,
        UseCase::Transmission => ORANGE,
        UseCase::Ingress => GREEN,
        UseCase::Storage => SKY,
        UseCase::ComputeAllocation => MUTED,
        UseCase::Creation => PURPLE,
        UseCase::Burned => VERMILLION,
        UseCase::Uninstall => YELLOW,
        UseCase::Signatures => (0x33, 0x22, 0x88),
        UseCase::HttpOutcalls => (0x8c, 0x56, 0x4b),
        UseCase::Logs => (0xb0, 0xb0, 0xb0),
        UseCase::Deleted => (0x99, 0x99, 0x33),
        UseCase::Dropped => INK,
    }
}
