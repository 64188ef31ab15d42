//! `[sweep]` of a scenario file: which points to run, and how often each.
//!
//! ```toml
//! [sweep]
//! "network.latency.median" = ["10ms", "40ms", "160ms"]
//! "workload.ping-across.arrivals.rate" = { from = "1/s", to = "8/s", steps = 4, scale = "log" }
//! replications = 10
//! ```
//!
//! Every other key than those of [`Settings`] is the path of a field. All combinations of the values
//! are points (`design = "grid"`), or `samples` points are spread over the ranges
//! (`design = "latin_hypercube"`). `[[sweep.point]]` lists combinations instead; each is combined
//! with the grid.

use super::axis::{Axis, item, whole};
use super::precision::Precision;
use super::seeds::Seeds;
use crate::diagnostics::{Mistake, did_you_mean};
use crate::document::change::Change;
use crate::document::path::FieldPath;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The points of a sweep and their replications.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The swept fields, in the order of the file.
    pub fields: Vec<String>,
    /// The points: for each, a value for some or all of the fields.
    pub points: Vec<Vec<Change>>,
    /// How often, and by what.
    pub settings: Settings,
}

/// What a sweep says besides the fields it varies.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `replications = 10` or `seeds = "1..10"`: at most so many runs of each point.
    pub seeds: Seeds,
    /// `common_random_numbers`: all points use the same seeds.
    pub common: bool,
    /// `until = "ci of latency.p99 < 5%"`: when a point has been run often enough.
    pub until: Option<Precision>,
    /// `metrics = ["latency.*"]`: which metrics are kept; all if empty.
    pub metrics: Vec<String>,
}

/// Keys of `[sweep]` that are no fields.
pub const KEYS: [&str; 8] = [
    "replications",
    "seeds",
    "common_random_numbers",
    "design",
    "samples",
    "until",
    "metrics",
    "point",
];
/// Replications of each point if the file does not say how many.
pub const REPLICATIONS: usize = 10;
/// No sweep has more points.
const MOST_POINTS: usize = 1_000_000;

impl Plan {
    /// The plan in a scenario file; one point without changes if it has no `[sweep]`.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn read(table: &DeTable<'_>) -> Result<Plan, Vec<Mistake>> {
        let empty = DeTable::new();
        let sweep = match table.get("sweep").map(Spanned::get_ref) {
            None => &empty,
            Some(DeValue::Table(sweep)) => sweep,
            Some(_) => {
                let place = table.get("sweep").map_or(0..0, Spanned::span);
                return Err(vec![
                    Mistake::at(place, "`sweep` is no table").label("expected `[sweep]`"),
                ]);
            }
        };
        let mut reader = Reader { mistakes: Vec::new() };
        let plan = reader.plan(sweep);
        match reader.mistakes.is_empty() {
            true => Ok(plan),
            false => Err(reader.mistakes),
        }
    }

    /// The values of a point, one for each field; empty where the file's own holds.
    pub fn shown(&self, point: usize) -> Vec<String> {
        let changes = self.points.get(point).map_or(&[][..], Vec::as_slice);
        let value = |field: &String| {
            let change = changes.iter().rev().find(|change| change.path.to_string() == *field);
            change.map(Change::shown).unwrap_or_default()
        };
        self.fields.iter().map(value).collect()
    }
}

struct Reader {
    mistakes: Vec<Mistake>,
}

impl Reader {
    fn plan(&mut self, sweep: &DeTable<'_>) -> Plan {
        let mut axes = self.axes(sweep);
        axes.sort_by_key(|axis| axis.place.start);
        let listed = self.listed(sweep);
        let mut fields: Vec<String> = Vec::new();
        let paths = listed.iter().flatten().map(|change| change.path.to_string());
        for path in paths.chain(axes.iter().map(|axis| axis.path.to_string())) {
            if !fields.contains(&path) {
                fields.push(path);
            }
        }
        let points = self.points(sweep, &axes, listed);
        Plan { fields, points, settings: self.settings(sweep) }
    }

    fn axes(&mut self, sweep: &DeTable<'_>) -> Vec<Axis> {
        let mut axes = Vec::new();
        for (key, value) in sweep.iter().filter(|(key, _)| !KEYS.contains(&key.get_ref().as_ref()))
        {
            let read =
                self.path(key).and_then(|path| Axis::read(path, key.span(), value, &mut axes));
            self.mistakes.extend(read.err());
        }
        axes
    }

    fn path(&self, key: &Spanned<std::borrow::Cow<'_, str>>) -> Result<FieldPath, Mistake> {
        let path = FieldPath::parse(key.get_ref())
            .map_err(|error| Mistake::at(key.span(), error.to_string()).label("not a path"))?;
        let first = &path.names()[0];
        match crate::document::FIELDS.contains(&first.as_str()) {
            true => Ok(path),
            false => {
                let known = KEYS.iter().chain(&crate::document::FIELDS).copied();
                Err(Mistake::at(key.span(), format!("a scenario has no field `{first}` to vary"))
                    .label("not a field here")
                    .help(did_you_mean(first, "fields", known)))
            }
        }
    }

    /// `[[sweep.point]]`: tables of paths and values.
    fn listed(&mut self, sweep: &DeTable<'_>) -> Vec<Vec<Change>> {
        let Some(entry) = sweep.get("point") else { return vec![Vec::new()] };
        let DeValue::Array(items) = entry.get_ref() else {
            self.mistakes.push(
                Mistake::at(entry.span(), "`point` is no list of tables")
                    .label("expected `[[sweep.point]]`"),
            );
            return vec![Vec::new()];
        };
        let tables = items.iter().filter_map(|item| match item.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => None,
        });
        tables.map(|table| self.listed_point(table)).collect()
    }

    fn listed_point(&mut self, table: &DeTable<'_>) -> Vec<Change> {
        let mut changes = Vec::new();
        for (key, value) in table.iter() {
            match self.path(key) {
                Ok(path) => {
                    let (value_place, value) = item(value);
                    changes.push(Change { path, place: key.span(), value, value_place });
                }
                Err(mistake) => self.mistakes.push(mistake),
            }
        }
        changes.sort_by_key(|change| change.place.start);
        changes
    }

    fn points(
        &mut self,
        sweep: &DeTable<'_>,
        axes: &[Axis],
        listed: Vec<Vec<Change>>,
    ) -> Vec<Vec<Change>> {
        let design = sweep.get("design").map(|value| (value.span(), value.get_ref().as_str()));
        let columns: Result<Vec<Vec<Change>>, Mistake> = match design {
            None | Some((_, Some("grid"))) => axes.iter().map(Axis::grid).collect(),
            Some((_, Some("latin_hypercube"))) => {
                let samples = self.count(sweep, "samples").unwrap_or(1);
                let columns: Result<Vec<Vec<Change>>, Mistake> =
                    axes.iter().map(|axis| axis.latin(samples)).collect();
                return self.or_none(columns).map_or(Vec::new(), |columns| {
                    let sample =
                        |index: usize| columns.iter().map(move |c: &Vec<Change>| c[index].clone());
                    combine(listed, (0..samples).map(|index| sample(index).collect()).collect())
                });
            }
            Some((place, found)) => Err(Mistake::at(place, "this design is not known")
                .label("not valid")
                .help(did_you_mean(
                    found.unwrap_or(""),
                    "expected one of",
                    ["grid", "latin_hypercube"],
                ))),
        };
        let Some(columns) = self.or_none(columns) else { return Vec::new() };
        let count = columns.iter().try_fold(listed.len(), |n, column| n.checked_mul(column.len()));
        if count.is_none_or(|count| count > MOST_POINTS) {
            let place = axes.first().map_or(0..0, |axis| axis.place.clone());
            let message = format!("the sweep has more than {MOST_POINTS} points");
            self.mistakes.push(Mistake::at(place, message).label("one of the fields"));
            return Vec::new();
        }
        columns.into_iter().fold(listed, |points, column| {
            combine(points, column.into_iter().map(|change| vec![change]).collect())
        })
    }

    fn or_none<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    /// A number of at least 1 under `key`; a mistake if the key is there and is none.
    fn count(&mut self, sweep: &DeTable<'_>, key: &str) -> Option<usize> {
        let most = super::seeds::MOST;
        let value = sweep.get(key)?;
        let count = whole(value).filter(|count| (1..=most).contains(count));
        if count.is_none() {
            let message = format!("`{key}` is a number of runs");
            let label = format!("expected a whole number from 1 to {most}");
            self.mistakes.push(Mistake::at(value.span(), message).label(label));
        }
        count.map(|count| count as usize)
    }

    fn settings(&mut self, sweep: &DeTable<'_>) -> Settings {
        let derived = self.count(sweep, "replications");
        let listed = sweep.get("seeds").and_then(|value| self.seeds(value));
        if let (Some(seeds), true) = (sweep.get("seeds"), sweep.contains_key("replications")) {
            let mistake = Mistake::at(seeds.span(), "`seeds` and `replications` are both given");
            self.mistakes
                .push(mistake.label("one of the two").help("`seeds` says how many there are"));
        }
        Settings {
            seeds: listed.unwrap_or(Seeds::Derived(derived.unwrap_or(REPLICATIONS))),
            common: sweep.get("common_random_numbers").is_none_or(|value| self.flag(value)),
            until: sweep.get("until").and_then(|value| self.until(value)),
            metrics: sweep.get("metrics").map_or(Vec::new(), |value| self.patterns(value)),
        }
    }

    fn seeds(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Seeds> {
        let seeds = match value.get_ref() {
            DeValue::String(text) => Seeds::parse(text),
            DeValue::Array(items) if !items.is_empty() => {
                items.iter().map(whole).collect::<Option<Vec<_>>>().map(Seeds::Listed)
            }
            _ => None,
        };
        if seeds.is_none() {
            let mistake = Mistake::at(value.span(), "these are no seeds").label("not valid");
            self.mistakes.push(
                mistake
                    .help("expected `\"1..30\"`, both ends included, or a list of whole numbers"),
            );
        }
        seeds
    }

    fn flag(&mut self, value: &Spanned<DeValue<'_>>) -> bool {
        if let DeValue::Boolean(flag) = value.get_ref() {
            return *flag;
        }
        let mistake =
            Mistake::at(value.span(), "this is neither true nor false").label("not valid");
        self.mistakes.push(mistake);
        true
    }

    fn until(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Precision> {
        let read = value.get_ref().as_str().unwrap_or_default().parse();
        self.or_none(read.map_err(|error: super::precision::InvalidPrecision| {
            Mistake::at(value.span(), error.to_string()).label("not valid")
        }))
    }

    fn patterns(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<String> {
        let DeValue::Array(items) = value.get_ref() else {
            let mistake = Mistake::at(value.span(), "`metrics` is no list").label("not valid");
            self.mistakes
                .push(mistake.help("expected names such as `[\"latency.*\", \"burned.total\"]`"));
            return Vec::new();
        };
        items.iter().filter_map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
    }
}

/// Every one of `points` with every one of `more`.
fn combine(points: Vec<Vec<Change>>, more: Vec<Vec<Change>>) -> Vec<Vec<Change>> {
    let pair = |point: &Vec<Change>| {
        let point = point.clone();
        more.iter().map(move |more| [point.as_slice(), more].concat()).collect::<Vec<_>>()
    };
    points.iter().flat_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> Result<Plan, Vec<Mistake>> {
        Plan::read(DeTable::parse(text).expect("is TOML").get_ref())
    }

    fn shown(text: &str) -> Vec<Vec<String>> {
        let plan = plan(text).expect("a valid plan");
        (0..plan.points.len()).map(|point| plan.shown(point)).collect()
    }

    #[test]
    fn a_grid_has_every_combination_the_last_field_fastest() {
        let text = "[sweep]\n\"network.latency.value\" = [\"1ms\", \"2ms\"]\n\
            subnet.left.nodes = { from = 13, to = 40, steps = 2 }";
        let expected = [["1ms", "13"], ["1ms", "40"], ["2ms", "13"], ["2ms", "40"]];
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn listed_points_are_taken_as_they_are() {
        let text = "[[sweep.point]]\n\"duration\" = \"1s\"\n[[sweep.point]]\n\"duration\" = \"2s\"\n\
            \"subnet.left.nodes\" = 34";
        assert_eq!(shown(text), [["1s", ""], ["2s", "34"]]);
    }

    #[test]
    fn a_latin_hypercube_has_as_many_points_as_samples() {
        let text = "[sweep]\ndesign = \"latin_hypercube\"\nsamples = 8\n\
            \"duration\" = { from = \"1s\", to = \"9s\" }\n\"subnet.left.nodes\" = [13, 34]";
        let points = shown(text);
        assert_eq!(points.len(), 8);
        assert_eq!(points.iter().filter(|point| point[1] == "13").count(), 4);
    }

    #[test]
    fn without_a_sweep_there_is_one_point() {
        let plan = plan("title = \"x\"").expect("a valid plan");
        assert_eq!((plan.points.len(), plan.settings.seeds), (1, Seeds::Derived(REPLICATIONS)));
    }

    #[test]
    fn every_mistake_is_found_at_its_place() {
        for (text, found) in [
            ("replicatons = 3", "did you mean `replications`?"),
            ("duration = \"5s\"", "a list"),
            ("duration = { from = \"1s\", to = \"5s\" }", "steps"),
            ("duration = { from = \"1s\", to = 5, steps = 3 }", "same unit"),
            ("duration = { from = \"1s\", stop = \"2s\" }", "`to`"),
            ("seeds = \"30..1\"", "both ends"),
            ("seeds = \"1..3\"\nreplications = 3", "how many"),
            ("design = \"gird\"", "did you mean `grid`?"),
            ("until = \"soon\"", "ci of"),
            ("replications = 0", "from 1"),
        ] {
            let mistakes = plan(&format!("[sweep]\n{text}")).expect_err(text);
            let all = format!("{mistakes:?}");
            assert!(mistakes.len() == 1 && all.contains(found), "{text}: {all}");
        }
    }
}
