//! The planted bugs: scenarios, modules, and where the bug is.

use scenarios::document::change::Change;
use scenarios::resolve::load_changed;
use scenarios::run::engine;
use scenarios::scenario::Scenario;
use scenarios::source::Source;
use std::path::PathBuf;

/// A planted bug.
pub struct Planted {
    /// The scenario, and the stem of the modules' names.
    pub name: &'static str,
    /// The canisters that have the bug.
    pub canisters: &'static [&'static str],
    /// The portfolio finds it within so many runs.
    pub within: u64,
    /// So many runs do not break the remedy.
    pub survives: u64,
}

const fn planted(name: &'static str, within: u64) -> Planted {
    Planted { name, canisters: &["shop"], within, survives: 100 }
}

/// One of each class.
pub const PLANTED: [Planted; 15] = [
    planted("toctou", 20),
    planted("reentrancy", 40),
    planted("callback-trap", 20),
    planted("leaked-lock", 80),
    planted("non-atomic", 80),
    Planted { canisters: &["shop", "till"], ..planted("reject-retry", 20) },
    planted("lost-refund", 20),
    planted("response-order", 400),
    // Ninety calls for each of eight messages: its runs are long.
    Planted { survives: 20, ..planted("full-queue", 20) },
    Planted { canisters: &["till"], ..planted("stopping", 20) },
    planted("cycle-drain", 20),
    planted("late-answer", 60),
    planted("timer", 20),
    planted("instruction-limit", 20),
    planted("cross-subnet", 20),
];

impl Planted {
    /// Its scenario.
    pub fn source(&self) -> Source {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("canisters/bugs");
        Source::read(&folder.join(format!("{}.toml", self.name))).expect("the scenario is there")
    }

    /// The scenario with the bug, or with its remedy.
    pub fn scenario(&self, source: &mut Source, fixed: bool) -> Scenario {
        let change = |canister: &&str| {
            let text = format!("canister.{canister}.wasm={}-fixed.wasm", self.name);
            Change::read(&text, source).expect("a change")
        };
        let changes: Vec<_> = match fixed {
            true => self.canisters.iter().map(change).collect(),
            false => Vec::new(),
        };
        load_changed(source, &changes, None, &engine::runtime).expect("the scenario is valid")
    }
}
