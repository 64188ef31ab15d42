//! Custom sections: `icp:public NAME` and `icp:private NAME`.

use super::Reasons;
use crate::facts::Facts;
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::CustomSectionReader;

/// Custom sections for canister metadata a module may have (`rs/config/src/embedders.rs`).
const MAX_SECTIONS: u64 = 16;
/// Bytes of all of them, names included (same file).
const MAX_BYTES: u64 = 1 << 20;

/// The custom sections of one module.
#[derive(Debug, Default)]
pub(super) struct CustomSections {
    by_name: BTreeMap<String, Box<[u8]>>,
    private: BTreeSet<String>,
    bytes: u64,
    count: u64,
}

impl CustomSections {
    /// Notes a section; others than canister metadata are skipped.
    pub(super) fn read(&mut self, section: &CustomSectionReader<'_>, reasons: &mut Reasons) {
        let Some(rest) = section.name().strip_prefix("icp:") else { return };
        let name = rest.strip_prefix("public ").or_else(|| rest.strip_prefix("private "));
        let Some(name) = name else {
            reasons.add(format!("the custom section {:?} is neither public nor private", rest));
            return;
        };
        if rest.starts_with("private ") {
            self.private.insert(name.to_owned());
        }
        self.count += 1;
        self.bytes += (name.len() + section.data().len()) as u64;
        if self.by_name.insert(name.to_owned(), section.data().into()).is_some() {
            reasons.add(format!("the custom section {name:?} occurs more than once"));
        }
    }

    /// Checks the whole and hands it over.
    pub(super) fn finish(self, facts: &mut Facts, reasons: &mut Reasons) {
        reasons.limit("custom sections", self.count, MAX_SECTIONS);
        reasons.limit("bytes of custom sections", self.bytes, MAX_BYTES);
        facts.metadata = self.by_name;
        facts.private_metadata = self.private;
    }
}
