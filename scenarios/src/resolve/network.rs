//! The links between subnets.

use super::names::Names;
use super::quantity::distribution;
use super::subnets::Subnet;
use crate::diagnostics::{Mistake, Span, did_you_mean};
use crate::document::{Document, LinkEntry, NetworkEntry, Topology, Tree};
use sim_core::distribution::Distribution;
use std::collections::BTreeMap;
use toml::Spanned;

/// Which subnets are linked, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Links {
    /// Every one to every other with the same latency; without one if there is one subnet only.
    Mesh(Option<Distribution>),
    /// One by one: from, to, latency.
    Each(Vec<(usize, usize, Distribution)>),
}

/// The links; those that cannot be had are left out.
pub(super) fn resolve(
    document: &Document,
    subnets: &[Subnet],
    names: &Names,
    mistakes: &mut Vec<Mistake>,
) -> Links {
    let network = document.network.as_ref();
    let mut reader = Reader { document, subnets, names, mistakes };
    let topology = network.and_then(|network| network.topology.as_ref());
    let topology = topology.map(|topology| *topology.get_ref()).unwrap_or_default();
    reader.mistakes.extend(network.into_iter().flat_map(|network| misfits(network, topology)));
    match topology {
        Topology::Mesh => Links::Mesh(reader.common_latency(network)),
        Topology::Ring => Links::Each(reader.ring(network)),
        Topology::Regions => Links::Each(reader.regions(network)),
        Topology::Links => {
            let links = network.map_or(&[][..], |network| &network.link);
            Links::Each(links.iter().flat_map(|link| reader.link(link)).collect())
        }
    }
}

/// Fields given that mean nothing for a topology.
fn misfits(network: &NetworkEntry, topology: Topology) -> Vec<Mistake> {
    let latency = network.latency.as_ref().map(Spanned::span);
    let round_trip = network.round_trip.as_ref().map(Spanned::span);
    let link = network.link.first().map(|link| link.from.span());
    let given = [
        ("latency", latency, &[Topology::Mesh, Topology::Ring][..]),
        ("round_trip", round_trip, &[Topology::Regions]),
        ("link", link, &[Topology::Links]),
    ];
    let misfit = |(field, place, owners): (&str, Option<Span>, &[Topology])| {
        let place = place.filter(|_| !owners.contains(&topology))?;
        let name = topology.name();
        let message = format!("`{field}` means nothing for a network of topology `{name}`");
        let owners: Vec<String> =
            owners.iter().map(|owner| format!("`topology = \"{}\"`", owner.name())).collect();
        let help = format!("`{field}` belongs to {}", owners.join(" or "));
        Some(Mistake::at(place, message).label("not a field here").help(help))
    };
    given.into_iter().filter_map(misfit).collect()
}

struct Reader<'a> {
    document: &'a Document,
    subnets: &'a [Subnet],
    names: &'a Names,
    mistakes: &'a mut Vec<Mistake>,
}

/// Round trips by pair of regions.
type RoundTrips = BTreeMap<(String, String), Distribution>;

impl Reader<'_> {
    fn keep<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    fn common_latency(&mut self, network: Option<&NetworkEntry>) -> Option<Distribution> {
        match network.and_then(|network| network.latency.as_ref()) {
            Some(entry) => self.keep(distribution(entry)),
            None if self.subnets.len() < 2 => None,
            None => self.keep(Err(missing(self.document))),
        }
    }

    /// Each subnet linked to the next, both ways.
    fn ring(&mut self, network: Option<&NetworkEntry>) -> Vec<(usize, usize, Distribution)> {
        let count = self.subnets.len();
        let Some(latency) = self.common_latency(network) else { return Vec::new() };
        let both_ways = |from: usize| {
            let to = (from + 1) % count;
            [(from, to, latency.clone()), (to, from, latency.clone())]
        };
        // Two subnets are linked once, one not at all.
        let last = if count > 2 { count } else { count.saturating_sub(1) };
        (0..last).flat_map(both_ways).collect()
    }

    /// Every subnet linked to every other by half the round trip between their regions.
    fn regions(&mut self, network: Option<&NetworkEntry>) -> Vec<(usize, usize, Distribution)> {
        let trips = self.round_trips(network);
        let mut links = Vec::new();
        let mut reported = Vec::new();
        for (a, from) in self.subnets.iter().enumerate() {
            for (b, to) in self.subnets.iter().enumerate().filter(|(b, _)| *b != a) {
                let (Some(from), Some(to)) = (&from.region, &to.region) else { continue };
                let pair = (from.min(to).clone(), from.max(to).clone());
                match trips.get(&pair) {
                    Some(trip) => links.push((a, b, trip.halved())),
                    None if reported.contains(&pair) => {}
                    None => {
                        self.mistakes.push(self.no_round_trip(b, &pair));
                        reported.push(pair);
                    }
                }
            }
        }
        links
    }

    fn no_round_trip(&self, subnet: usize, (from, to): &(String, String)) -> Mistake {
        let entry = self.names.subnets.copies().get(subnet).map(|(entry, _)| *entry);
        let entry = entry.and_then(|entry| self.document.subnet.get(entry));
        let region = entry.and_then(|entry| entry.region.as_ref());
        let place = region.map_or(0..0, Spanned::span);
        Mistake::at(place, format!("there is no round trip between regions `{from}` and `{to}`"))
            .label("a subnet of one of them")
            .help(format!("add `{to} = \"90ms\"` under `[network.round_trip.{from}]`"))
    }

    fn round_trips(&mut self, network: Option<&NetworkEntry>) -> RoundTrips {
        for entry in self.document.subnet.iter().filter(|entry| entry.region.is_none()) {
            let message = format!("subnet `{}` has no region", entry.name.get_ref());
            let mistake = Mistake::at(entry.name.span(), message).label("is nowhere");
            self.mistakes
                .push(mistake.help("a network of regions needs `region` for every subnet"));
        }
        let mut trips = RoundTrips::new();
        let Some(table) = network.and_then(|network| network.round_trip.as_ref()) else {
            let place = network.and_then(|n| n.topology.as_ref()).map_or(0..0, Spanned::span);
            let mistake = Mistake::at(place, "the round trips between regions are missing");
            self.mistakes.push(
                mistake.label("of these").help(
                    "add, for example:\n[network.round_trip.eu]\neu = \"20ms\"\nus = \"90ms\"",
                ),
            );
            return trips;
        };
        for (from, row) in table.get_ref() {
            for (to, entry) in row {
                let Some(trip) = self.keep(distribution(entry)) else { continue };
                let pair = (from.min(to).clone(), from.max(to).clone());
                if trips.insert(pair, trip).is_some() {
                    let message = format!("the round trip of `{from}` and `{to}` is given twice");
                    self.mistakes.push(Mistake::at(entry.span(), message).label("the second"));
                }
            }
        }
        trips
    }

    /// A link and its way back.
    fn link(&mut self, entry: &LinkEntry) -> Vec<(usize, usize, Distribution)> {
        let (from, to) = (self.subnet(&entry.from), self.subnet(&entry.to));
        let latency = self.keep(distribution(&entry.latency));
        let back: Option<&Spanned<Tree>> = entry.back.as_ref();
        let back = match back {
            Some(back) => self.keep(distribution(back)),
            None => latency.clone(),
        };
        let (Some(from), Some(to)) = (from, to) else { return Vec::new() };
        if from == to {
            let message = format!("a link leads from `{}` to itself", entry.from.get_ref());
            self.mistakes.push(Mistake::at(entry.to.span(), message).label("the same subnet"));
        }
        let there = latency.map(|latency| (from, to, latency));
        there.into_iter().chain(back.map(|latency| (to, from, latency))).collect()
    }

    fn subnet(&mut self, name: &Spanned<String>) -> Option<usize> {
        let written = name.get_ref();
        let found = self.names.subnets.find(written).filter(|range| range.len() == 1);
        let found = found.map(|range| range.start).ok_or_else(|| {
            Mistake::at(name.span(), format!("a link leads to `{written}`, which is no one subnet"))
                .label("no subnet of that name")
                .help(did_you_mean(written, "subnets", self.names.subnets.names()))
        });
        self.keep(found)
    }
}

fn missing(document: &Document) -> Mistake {
    let second = document.subnet.get(1).or(document.subnet.first());
    let place = second.map_or(0..0, |subnet| subnet.name.span());
    Mistake::at(place, "the latency between subnets is missing")
        .label("the second subnet")
        .help("add, for example:\n[network]\nlatency = { kind = \"lognormal\", median = \"40ms\", p99 = \"120ms\" }")
}
