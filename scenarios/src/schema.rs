//! The JSON Schema of scenario files, made from the types that read them.
//!
//! The types of this module stand for the values that are written as text, such as durations.

use reports::charts::kind::Kind;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// The schema of a scenario file: draft 7 of JSON Schema, which editors of TOML understand.
pub fn of_scenario() -> Schema {
    let generator = SchemaSettings::draft07().into_generator();
    generator.into_root_schema_for::<crate::document::Document>()
}

/// A type that stands for values, with the schema of those.
macro_rules! stands_for {
    ($($(#[$doc:meta])* $name:ident => $schema:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl JsonSchema for $name {
                fn schema_name() -> Cow<'static, str> {
                    Cow::Borrowed(stringify!($name))
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    $schema
                }
            }
        )*
    };
}

stands_for! {
    /// A time.
    Duration => json_schema!({
        "description": "A duration, such as \"40ms\", \"1.5s\" or \"2h\" (ns, us, ms, s, min, h, d).",
        "type": "string",
        "pattern": r"^\s*[0-9][0-9_]*(\.[0-9]+)?\s*(ns|us|ms|s|min|h|d)\s*$"
    });
    /// Cycles.
    Cycles => json_schema!({
        "description": "Cycles: a whole number, or text such as \"5M\", \"40B\" or \"1.2T\".",
        "type": ["string", "integer"]
    });
    /// A size.
    Bytes => json_schema!({
        "description": "A size: a whole number of bytes, or text such as \"100B\" or \"2MiB\".",
        "type": ["string", "integer"]
    });
    /// A share of a whole.
    Share => json_schema!({
        "description": "A share from 0 to 1, such as 0.25 or \"25%\".",
        "type": ["string", "number"]
    });
    /// Events per time.
    Rate => json_schema!({
        "description": "A rate, such as \"5/s\" or \"300/min\".",
        "type": "string",
        "pattern": "/"
    });
    /// A value or a distribution of values.
    Quantity => json_schema!({
        "description": "A plain value, or a distribution: { kind = \"fixed\", value }, \"uniform\" (min, max), \"normal\" (mean, std_dev), \"lognormal\" (median, p99), \"exponential\" (mean), \"pareto\" (min, p99), \"empirical\" (values, weights).",
        "anyOf": [
            { "type": ["string", "number"] },
            {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "kind": { "enum": ["fixed", "uniform", "normal", "lognormal", "exponential", "pareto", "empirical"] },
                    "value": {}, "min": {}, "max": {}, "mean": {}, "std_dev": {}, "median": {}, "p99": {},
                    "values": { "type": "array" }, "weights": { "type": "array" }
                },
                "additionalProperties": false
            }
        ]
    });
    /// One text or several.
    Texts => json_schema!({
        "description": "One text, or a list of texts.",
        "anyOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "string" }, "minItems": 1 }
        ]
    });
    /// A scheduling policy.
    Policy => json_schema!({ "enum": ["ic-2024", "ic-2026", "round-robin", "first-come"] });
    /// What a subnet is for.
    SubnetKind => json_schema!({ "enum": ["application", "system", "verified"] });
    /// Whether the canisters of a subnet pay.
    CostSchedule => json_schema!({ "enum": ["normal", "free"] });
    /// A kind of figure.
    Figure => json_schema!({ "enum": Kind::ALL.map(Kind::name) });
    /// The width of a figure.
    Width => json_schema!({ "enum": ["column", "page"] });
    /// When an expectation has to hold.
    When => json_schema!({
        "description": "\"at the end\", \"always\", \"eventually\" or \"eventually within 30s\".",
        "type": "string",
        "pattern": "^\\s*(at the end|always|eventually(\\s+within\\s+.+)?)\\s*$"
    });
    /// What metrics leave out.
    WarmUp => json_schema!({
        "description": "A duration, or \"mser-5\".",
        "type": "string"
    });
    /// A profile.
    Profile => json_schema!({
        "description": "The name of a profile, or a table with `base` and differences.",
        "type": ["string", "object"]
    });
    /// Anything.
    Anything => json_schema!({});
}
