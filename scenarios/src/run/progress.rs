//! Shows on standard error how far a run is: a bar on a terminal, plain lines elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use sim_core::time::{SimDuration, SimTime};
use std::fmt::Write;
use std::time::Duration;

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A bar that is drawn over.
    Bar,
    /// A line now and then.
    Lines,
    /// Not at all.
    Quiet,
}

/// Lines are printed when the share done passes a multiple of this.
const LINE_EVERY_PERCENT: u64 = 10;

/// The progress of one run. It only watches: nothing of it flows back into the run.
pub struct Progress {
    style: Style,
    total: SimDuration,
    /// Also the stopwatch of the run, so hidden rather than absent without a bar.
    bar: ProgressBar,
    percent_told: u64,
}

impl Progress {
    /// Progress towards `total` of simulated time.
    pub fn new(style: Style, total: SimDuration) -> Self {
        let target = match style {
            Style::Bar => ProgressDrawTarget::stderr(),
            _ => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(total.as_nanos()), target);
        bar.set_style(bar_style());
        Progress { style, total, bar, percent_told: 0 }
    }

    /// Says what is being done.
    pub fn note(&mut self, what: &str) {
        match self.style {
            Style::Bar => self.bar.set_message(what.to_owned()),
            Style::Lines => eprintln!("icsim: {what}"),
            Style::Quiet => {}
        }
    }

    /// Says something that stays on the screen.
    pub fn say(&mut self, what: &str) {
        if self.style != Style::Quiet {
            eprintln!("icsim: {what}");
        }
    }

    /// The run has reached `time`.
    pub fn at(&mut self, time: SimTime) {
        let done = time.since(SimTime::ZERO);
        if self.bar.position() == 0 {
            self.bar.reset_elapsed();
            self.bar.set_message("");
        }
        self.bar.set_position(done.as_nanos());
        if self.style == Style::Lines {
            self.line(done);
        }
    }

    fn line(&mut self, done: SimDuration) {
        let total = u128::from(self.total.as_nanos()).max(1);
        let percent = (u128::from(done.as_nanos()) * 100 / total) as u64;
        if percent < self.percent_told + LINE_EVERY_PERCENT {
            return;
        }
        self.percent_told = percent - percent % LINE_EVERY_PERCENT;
        let pace = pace(done.as_nanos(), self.bar.elapsed());
        let (done, total) = (done.as_secs_f64(), self.total.as_secs_f64());
        eprintln!("icsim: {done:.1} of {total:.1} s simulated ({percent} %), {pace}");
    }

    /// The run has ended; the bar is taken away.
    pub fn finish(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn bar_style() -> ProgressStyle {
    let template = "{wide_bar} {simulated} simulated, {pace}, {eta} left {msg}";
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style
        .with_key("simulated", |state: &ProgressState, out: &mut dyn Write| {
            let seconds = |nanos: u64| SimDuration::from_nanos(nanos).as_secs_f64();
            let (done, total) = (seconds(state.pos()), seconds(state.len().unwrap_or(0)));
            let _ = write!(out, "{done:.1}/{total:.1} s");
        })
        .with_key("pace", |state: &ProgressState, out: &mut dyn Write| {
            let _ = out.write_str(&pace(state.pos(), state.elapsed()));
        })
}

/// Simulated time per time of the host.
fn pace(simulated_nanos: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(1e-9);
    format!("{:.1} x real time", simulated_nanos as f64 / 1e9 / seconds)
}
