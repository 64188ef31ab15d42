//! A small valid scenario, and ways to break it.

use crate::module_reader::ModuleReader;
use scenarios::diagnostics::{Look, Refusal};
use scenarios::resolve::{self, LoadError};
use scenarios::scenario::Scenario;
use scenarios::source::Source;

/// A valid scenario of two subnets and two canisters.
pub(crate) const VALID: &str = r#"title = "Small"
duration = "60s"

[[subnet]]
name = "left"
nodes = 13

[[subnet]]
name = "right"
nodes = 34

[network]
latency = { kind = "fixed", value = "40ms" }

[[canister]]
name = "ping"
subnet = "left"
wasm = "../../canisters/PingPong.wasm"
cycles = "100T"

[[canister]]
name = "echo"
subnet = "right"
wasm = "echo.wat"
cycles = "2T"

[[workload]]
target = "ping"
method = "play"
arg = '(principal "$echo", 3)'
arrivals = { kind = "poisson", rate = "5/s" }
"#;

/// The valid scenario with each first text replaced by the second.
pub(crate) fn with(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(VALID.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the scenario holds no {from}");
        text.replacen(from, to, 1)
    })
}

/// The scenario file with the given text; paths in it are relative to the fixtures.
pub(crate) fn source(text: &str) -> Source {
    Source { path: "tests/fixtures/small.toml".into(), text: text.to_owned(), ..Source::default() }
}

/// What a scenario resolves to.
pub(crate) fn load(text: &str) -> Result<Scenario, Refusal> {
    match resolve::load(&source(text), None, &|_| Ok(Box::new(ModuleReader))) {
        Ok(scenario) => Ok(scenario),
        Err(LoadError::Refused(refusal)) => Err(refusal),
        Err(LoadError::Runtime(broken)) => panic!("{broken}"),
    }
}

/// What is said of a scenario that is not valid.
pub(crate) fn refused(text: &str) -> String {
    match load(text) {
        Ok(_) => panic!("the scenario is valid"),
        Err(refusal) => refusal.render(Look::Plain { width: 100 }),
    }
}
