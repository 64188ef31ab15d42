//! The figures of a report, each with its caption and its data.
//!
//! A [`spec::Spec`] says what is wanted, [`kind::Kind::draw`] draws it from runs. One file holds one
//! kind of figure. Those of sweeps, which draw no run but the numbers of many, are in [`sweep`].

pub mod balances;
pub mod boxes;
pub mod budget;
pub mod cycles;
pub mod fairness;
pub mod kind;
pub mod latency;
pub mod loads;
pub mod map;
pub mod quantiles;
pub mod queues;
pub mod rounds;
mod samples;
pub mod spec;
mod strips;
pub mod sweep;
pub mod throughput;
pub mod timeline;
pub mod traffic;

use crate::canvas;
use crate::error::{DrawError, ReportError};
use crate::scene::Scene;
use crate::tables::Table;
use spec::{Material, Spec};

/// A figure before it is written.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its name, which its files bear.
    pub name: String,
    /// Its title, for headings.
    pub title: String,
    /// What is seen, with sample sizes.
    pub caption: String,
    /// The drawing.
    pub scene: Scene,
    /// The data drawn, as CSV.
    pub data: Vec<u8>,
}

impl Figure {
    fn new(spec: &Spec, title: &str, caption: String, scene: Scene, data: Vec<u8>) -> Self {
        Figure { name: spec.name.clone(), title: title.to_owned(), caption, scene, data }
    }

    /// A figure of no run at all.
    fn of_nothing(spec: &Spec) -> Self {
        let scene = Scene { height: 60.0, ..Scene::sized(spec.width, "no data") };
        Figure::new(spec, "no data", "There is no run to draw.".to_owned(), scene, Vec::new())
    }

    /// The figure under the name and the title that were asked for.
    fn named(mut self, spec: &Spec) -> Self {
        self.name.clone_from(&spec.name);
        if let Some(title) = &spec.title {
            self.title.clone_from(title);
            self.scene.label.clone_from(title);
        }
        self
    }

    /// The figures that are wanted of some runs, in order.
    ///
    /// # Errors
    /// The data of a figure cannot be put into CSV.
    pub fn all(specs: &[Spec], runs: &[Material<'_>]) -> csv::Result<Vec<Figure>> {
        specs.iter().map(|spec| spec.kind.draw(spec, runs)).collect()
    }

    /// The figure as an SVG document.
    ///
    /// # Errors
    /// The drawing library failed.
    pub fn svg(&self) -> Result<String, ReportError> {
        canvas::svg(&self.scene).map_err(|cause| self.error(cause))
    }

    /// The figure as a PNG file of twice its size.
    ///
    /// # Errors
    /// The drawing library failed.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        canvas::png(&self.scene).map_err(|cause| self.error(cause))
    }

    fn error(&self, cause: DrawError) -> ReportError {
        ReportError::Draw { figure: self.name.clone(), cause }
    }
}

/// A table in memory.
fn data<Row>(table: &Table, rows: impl Iterator<Item = Row>) -> csv::Result<Vec<u8>>
where
    Row: IntoIterator<Item = String>,
{
    let mut writer = table.begin(Vec::new())?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
