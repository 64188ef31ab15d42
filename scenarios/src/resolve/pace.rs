//! When a workload sends: the parameters of its process.

use super::fields::Fields;
use super::quantity::distribution;
use crate::arrivals::{Process, read_trace};
use crate::diagnostics::{Mistake, Span};
use crate::document::{ArrivalKind, ArrivalsEntry};
use crate::scenario::Pace;
use crate::source::Source;
use sim_core::time::SimDuration;
use toml::Spanned;

const DAY: SimDuration = SimDuration::from_secs(86_400);

/// The fields a process needs, and those it can have besides.
fn fields(kind: ArrivalKind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        ArrivalKind::Poisson | ArrivalKind::Constant => (&["rate"], &[]),
        ArrivalKind::Bursty => (&["rate", "on", "off"], &["idle_rate"]),
        ArrivalKind::Diurnal => (&["rate", "amplitude"], &["period", "peak"]),
        ArrivalKind::Trace => (&["file"], &[]),
        ArrivalKind::Closed => (&["users", "think"], &[]),
    }
}

/// The process of an entry.
pub(super) fn resolve(
    entry: &Spanned<ArrivalsEntry>,
    source: &Source,
) -> Result<Pace, Vec<Mistake>> {
    let mistakes = misfits(entry);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    read(entry, source).map_err(|mistake| vec![mistake])
}

/// Fields that are missing, and fields that mean nothing for the kind.
fn misfits(entry: &Spanned<ArrivalsEntry>) -> Vec<Mistake> {
    let arrivals = entry.get_ref();
    let kind = *arrivals.kind.get_ref();
    let (needed, possible) = fields(kind);
    let fields = Fields { what: "arrivals", kind: name(kind), needed, possible };
    fields.misfits(entry.span(), &given(arrivals))
}

fn name(kind: ArrivalKind) -> &'static str {
    match kind {
        ArrivalKind::Poisson => "poisson",
        ArrivalKind::Constant => "constant",
        ArrivalKind::Bursty => "bursty",
        ArrivalKind::Diurnal => "diurnal",
        ArrivalKind::Trace => "trace",
        ArrivalKind::Closed => "closed",
    }
}

/// The fields that are there, with their places.
fn given(entry: &ArrivalsEntry) -> Vec<(&'static str, Span)> {
    let place = |field: &'static str, span: Option<Span>| span.map(|span| (field, span));
    [
        place("rate", entry.rate.as_ref().map(Spanned::span)),
        place("idle_rate", entry.idle_rate.as_ref().map(Spanned::span)),
        place("on", entry.on.as_ref().map(Spanned::span)),
        place("off", entry.off.as_ref().map(Spanned::span)),
        place("amplitude", entry.amplitude.as_ref().map(Spanned::span)),
        place("period", entry.period.as_ref().map(Spanned::span)),
        place("peak", entry.peak.as_ref().map(Spanned::span)),
        place("file", entry.file.as_ref().map(Spanned::span)),
        place("users", entry.users.as_ref().map(Spanned::span)),
        place("think", entry.think.as_ref().map(Spanned::span)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn read(entry: &Spanned<ArrivalsEntry>, source: &Source) -> Result<Pace, Mistake> {
    let arrivals = entry.get_ref();
    let missing = || Mistake::at(entry.span(), "a field is missing");
    let rate = || arrivals.rate.as_ref().map(|rate| *rate.get_ref()).ok_or_else(missing);
    let process = match *arrivals.kind.get_ref() {
        ArrivalKind::Poisson => Process::Poisson { rate: rate()? },
        ArrivalKind::Constant => Process::Constant { rate: rate()? },
        ArrivalKind::Bursty => Process::Bursty {
            rate: rate()?,
            idle_rate: arrivals.idle_rate.as_ref().map(|rate| *rate.get_ref()),
            on: positive(arrivals.on.as_ref().ok_or_else(missing)?)?,
            off: positive(arrivals.off.as_ref().ok_or_else(missing)?)?,
        },
        ArrivalKind::Diurnal => {
            let period = arrivals.period.as_ref().map_or(Ok(DAY), positive)?;
            let noon = SimDuration::from_nanos(period.as_nanos() / 2);
            Process::Diurnal {
                rate: rate()?,
                amplitude: *arrivals.amplitude.as_ref().ok_or_else(missing)?.get_ref(),
                period,
                peak: arrivals.peak.as_ref().map_or(noon, |peak| *peak.get_ref()),
            }
        }
        ArrivalKind::Trace => {
            let file = arrivals.file.as_ref().ok_or_else(missing)?;
            return Ok(Pace::Open {
                process: trace(file, source)?,
                file: Some(file.get_ref().clone()),
            });
        }
        ArrivalKind::Closed => {
            let users = *arrivals.users.as_ref().ok_or_else(missing)?.get_ref();
            let think = distribution(arrivals.think.as_ref().ok_or_else(missing)?)?;
            return Ok(Pace::Closed { users, think });
        }
    };
    Ok(Pace::Open { process, file: None })
}

fn positive(entry: &Spanned<SimDuration>) -> Result<SimDuration, Mistake> {
    match *entry.get_ref() {
        SimDuration::ZERO => {
            Err(Mistake::at(entry.span(), "this lasts no time").label("expected more than 0"))
        }
        duration => Ok(duration),
    }
}

fn trace(file: &Spanned<String>, source: &Source) -> Result<Process, Mistake> {
    let written = file.get_ref();
    let path = source.folder().join(written);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let looked =
            format!("paths are relative to the scenario file: looked for `{}`", path.display());
        Mistake::at(file.span(), format!("the arrivals `{written}` cannot be read: {error}"))
            .label("no such file")
            .help(looked)
    })?;
    let times = read_trace(&text).map_err(|error| {
        Mistake::at(file.span(), format!("the file `{written}` holds no arrivals: {error}"))
            .label("this file")
    })?;
    Ok(Process::Trace { times: times.into() })
}
