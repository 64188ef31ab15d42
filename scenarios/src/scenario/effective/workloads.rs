//! `[[workload]]` as it ran.

use crate::arrivals::Process;
use crate::document::{ArrivalKind, ChoiceEntry};
use crate::rate::Rate;
use crate::scenario::{Pace, Workload};
use crate::share::Share;
use serde::Serialize;
use sim_core::distribution::Distribution;
use sim_core::time::{SimDuration, SimTime};

#[derive(Serialize)]
pub(super) struct WorkloadOut<'a> {
    name: &'a str,
    target: OneOrMany<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_choice: Option<&'a ChoiceEntry>,
    method: &'a str,
    arg: OneOrMany<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arg_choice: Option<&'a ChoiceEntry>,
    sender: String,
    start: SimDuration,
    stop: SimDuration,
    arrivals: ArrivalsOut<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OneOrMany<'a> {
    One(&'a str),
    Many(&'a [String]),
}

#[derive(Default, Serialize)]
struct ArrivalsOut<'a> {
    kind: Option<ArrivalKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<Rate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_rate: Option<Rate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<SimDuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    off: Option<SimDuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amplitude: Option<Share>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<SimDuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak: Option<SimDuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    users: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    think: Option<&'a Distribution>,
}

impl<'a> OneOrMany<'a> {
    fn of(texts: &'a [String]) -> Self {
        match texts {
            [one] => OneOrMany::One(one),
            many => OneOrMany::Many(many),
        }
    }
}

impl<'a> WorkloadOut<'a> {
    pub(super) fn of(workload: &'a Workload) -> Self {
        WorkloadOut {
            name: &workload.name,
            target: OneOrMany::of(&workload.target_names),
            target_choice: workload.target_choice.as_ref(),
            method: &workload.method,
            arg: OneOrMany::of(&workload.arg_texts),
            arg_choice: workload.arg_choice.as_ref(),
            sender: workload.sender.to_text(),
            start: workload.window.start.since(SimTime::ZERO),
            stop: workload.window.stop.since(SimTime::ZERO),
            arrivals: ArrivalsOut::of(&workload.pace),
        }
    }
}

impl<'a> ArrivalsOut<'a> {
    fn of(pace: &'a Pace) -> Self {
        match pace {
            Pace::Open { process, file } => {
                ArrivalsOut { file: file.as_deref(), ..ArrivalsOut::open(process) }
            }
            Pace::Closed { users, think } => ArrivalsOut {
                kind: Some(ArrivalKind::Closed),
                users: Some(*users),
                think: Some(think),
                ..ArrivalsOut::default()
            },
        }
    }

    fn open(process: &Process) -> Self {
        let of_kind = |kind| ArrivalsOut { kind: Some(kind), ..ArrivalsOut::default() };
        match *process {
            Process::Poisson { rate } => {
                ArrivalsOut { rate: Some(rate), ..of_kind(ArrivalKind::Poisson) }
            }
            Process::Constant { rate } => {
                ArrivalsOut { rate: Some(rate), ..of_kind(ArrivalKind::Constant) }
            }
            Process::Bursty { rate, idle_rate, on, off } => ArrivalsOut {
                rate: Some(rate),
                idle_rate,
                on: Some(on),
                off: Some(off),
                ..of_kind(ArrivalKind::Bursty)
            },
            Process::Diurnal { rate, amplitude, period, peak } => ArrivalsOut {
                rate: Some(rate),
                amplitude: Some(amplitude),
                period: Some(period),
                peak: Some(peak),
                ..of_kind(ArrivalKind::Diurnal)
            },
            Process::Trace { .. } => of_kind(ArrivalKind::Trace),
        }
    }
}
