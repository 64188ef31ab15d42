//! The one look of all figures: sizes in CSS pixels, colours from Okabe and Ito's palette, which
//! people with colour-blindness can tell apart.
//!
//! Figures are drawn [`WIDTH`] pixels wide. Set to a column of 88 mm their text comes out at about
//! 7 points.

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
