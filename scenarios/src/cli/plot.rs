//! `icsim plot`.

use super::look::PlotArguments;
use super::printed;
use crate::run::exit::Exit;
use crate::run::stored;
use crate::sweep::figures;
use reports::RunReport;
use reports::analysis::Analysis;
use reports::charts::Figure;
use reports::charts::kind::Kind;
use reports::charts::spec::{Material, Spec};
use reports::charts::sweep;
use reports::store::{Level, Stored};
use std::io::Write;
use std::path::Path;

/// Draws figures of stored runs or of a sweep.
pub(super) fn run(arguments: &PlotArguments) -> Exit {
    match plot(arguments) {
        Ok(()) => Exit::Good,
        Err(problem) => {
            eprintln!("icsim: {problem}");
            Exit::WrongInput
        }
    }
}

fn plot(arguments: &PlotArguments) -> Result<(), String> {
    match arguments.runs.iter().find(|path| figures::is_sweep(path)) {
        Some(sweep) => plot_sweep(arguments, sweep),
        None => plot_runs(arguments),
    }
}

/// Draws figures of a sweep.
fn plot_sweep(arguments: &PlotArguments, folder: &Path) -> Result<(), String> {
    if arguments.runs.len() > 1 {
        let folder = folder.display();
        return Err(format!(
            "`{folder}` holds a sweep, which is drawn alone; give no other folder"
        ));
    }
    let named = arguments.figures.iter().filter(|name| *name != "all");
    let kind = |name: &String| {
        sweep::Kind::named(name)
            .ok_or_else(|| format!("`{name}` is a figure of runs, not of sweeps"))
    };
    let wanted = figures::Wanted {
        kinds: named.map(kind).collect::<Result<_, _>>()?,
        metrics: arguments.metrics.clone(),
        across: arguments.x.clone(),
        width: arguments.width.map_or_else(Default::default, Into::into),
    };
    let drawn = figures::draw(folder, &wanted).map_err(|error| error.to_string())?;
    write(arguments, &drawn)
}

/// Draws figures of stored runs.
fn plot_runs(arguments: &PlotArguments) -> Result<(), String> {
    let of_sweep = arguments.figures.iter().find(|name| sweep::Kind::named(name).is_some());
    if let Some(name) = of_sweep {
        return Err(format!("`{name}` is a figure of sweeps, not of runs"));
    }
    if !arguments.metrics.is_empty() || arguments.x.is_some() {
        return Err("--metric and --x are for figures of a sweep, and this is none".to_owned());
    }
    let open = |path: &std::path::PathBuf| stored::open(path).map_err(|error| error.to_string());
    let stored: Vec<Stored> = arguments.runs.iter().map(open).collect::<Result<_, _>>()?;
    let reports: Vec<RunReport<'_>> = stored.iter().map(Stored::report).collect();
    let analyses: Vec<Analysis<'_>> = reports.iter().map(Analysis::of).collect();
    let labels = labels(&arguments.runs);
    let runs: Vec<Material<'_>> = reports
        .iter()
        .zip(&analyses)
        .zip(&labels)
        .map(|((run, analysis), label)| Material { run, analysis, label })
        .collect();
    let figures = draw(&specs(arguments, &stored), &runs).map_err(|error| error.to_string())?;
    write(arguments, &figures)?;
    if let Some(poor) = stored.iter().find(|stored| stored.head.level < Level::Messages) {
        let level = poor.head.level;
        eprintln!(
            "icsim: a trace has the level {level}, without messages; figures of messages are empty"
        );
    }
    Ok(())
}

/// What tells runs apart: the last part of their paths, or all of it; nothing for a single run.
fn labels(paths: &[std::path::PathBuf]) -> Vec<String> {
    if paths.len() == 1 {
        return vec![String::new()];
    }
    let last = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let short: Vec<String> = paths.iter().map(|path| last(path).unwrap_or_default()).collect();
    let is_used_twice = |label: &String| short.iter().filter(|other| *other == label).count() > 1;
    let label = |(path, label): (&std::path::PathBuf, &String)| match is_used_twice(label) {
        true => path.display().to_string(),
        false => label.clone(),
    };
    paths.iter().zip(&short).map(label).collect()
}

/// The figures asked for; those of the first run's scenario if none are.
fn specs(arguments: &PlotArguments, stored: &[Stored]) -> Vec<Spec> {
    let chosen: Vec<Spec> = match arguments.figures.as_slice() {
        [] => stored.first().map(|stored| stored.head.figures.clone()).unwrap_or_default(),
        names if names.iter().any(|name| name == "all") => Kind::ALL.map(Spec::of).to_vec(),
        names => names.iter().filter_map(|name| Kind::named(name)).map(Spec::of).collect(),
    };
    let adapt = |spec: Spec| Spec {
        width: arguments.width.map_or(spec.width, Into::into),
        message: arguments.call.or(spec.message),
        ..spec
    };
    chosen.into_iter().map(adapt).collect()
}

/// One figure of all runs where that can be read, else one for each run.
fn draw(specs: &[Spec], runs: &[Material<'_>]) -> csv::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for spec in specs {
        if runs.len() == 1 || spec.kind.overlays() {
            figures.push(spec.kind.draw(spec, runs)?);
            continue;
        }
        for (place, run) in runs.iter().enumerate() {
            let name = format!("{}-{}", spec.name, place + 1);
            let mut figure = spec.kind.draw(&Spec { name, ..spec.clone() }, &[*run])?;
            figure.title = format!("{}, {}", figure.title, run.label);
            figures.push(figure);
        }
    }
    Ok(figures)
}

fn write(arguments: &PlotArguments, figures: &[Figure]) -> Result<(), String> {
    let folder = &arguments.out;
    let path = |figure: &Figure, kind: &str| folder.join(format!("{}.{kind}", figure.name));
    let there = figures.iter().map(|figure| path(figure, "svg")).find(|path| path.exists());
    if let Some(path) = there.filter(|_| !arguments.force) {
        let path = path.display();
        return Err(format!("`{path}` exists; choose another folder, or replace it with --force"));
    }
    reports::write::write_drawn(folder, figures).map_err(|error| error.to_string())?;
    let mut out = std::io::stdout();
    figures.iter().try_for_each(|figure| {
        printed(writeln!(out, "{}  {}", path(figure, "svg").display(), figure.title))
    })
}
