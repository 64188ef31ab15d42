//! Wasm operators by number, and their names in the text format, by which a profile weighs them.

use sim_core::profile::Metering;
use wasmparser::Operator;

macro_rules! number_operators {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        #[allow(clippy::enum_variant_names)]
        #[repr(usize)]
        enum Number { $($op),* }

        /// The number of an operator: its place in [`VISITORS`].
        fn number(operator: &Operator<'_>) -> usize {
            match operator {
                $(Operator::$op { .. } => Number::$op as usize,)*
                _ => VISITORS.len(),
            }
        }

        /// The names of the visitor methods of all operators.
        const VISITORS: &[&str] = &[$(stringify!($visit)),*];
    };
}
wasmparser::for_each_operator!(number_operators);

/// First words of visitor names that are followed by a dot in the text format.
const NAMESPACES: [&str; 18] = [
    "i32", "i64", "f32", "f64", "v128", "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2",
    "memory", "table", "local", "global", "ref", "data", "elem",
];

/// The name of an operator in the text format, from that of its visitor: `visit_i32_div_s` is
/// `i32.div_s`.
fn text_name(visitor: &str) -> String {
    let name = visitor.strip_prefix("visit_").unwrap_or(visitor);
    match name.split_once('_') {
        _ if name.starts_with("typed_select") => "select".to_owned(),
        Some((space, rest)) if NAMESPACES.contains(&space) => format!("{space}.{rest}"),
        _ => name.to_owned(),
    }
}

/// The weight of every operator under one profile.
#[derive(Debug)]
pub(crate) struct Weights {
    by_number: Vec<u64>,
    default: u64,
}

impl Weights {
    /// The weights of `metering`.
    pub(crate) fn new(metering: &Metering) -> Self {
        Self::by_name(|name| metering.operator(name), metering.default_operator)
    }

    /// The weights of `metering` in modules with 64-bit memory.
    pub(crate) fn new64(metering: &Metering) -> Self {
        Self::by_name(|name| metering.operator64(name), metering.default_operator)
    }

    /// What `weight` says of every operator, by its name in the text format.
    pub(crate) fn by_name(weight: impl Fn(&str) -> u64, default: u64) -> Self {
        let by_number = VISITORS.iter().map(|visitor| weight(&text_name(visitor))).collect();
        Weights { by_number, default }
    }

    /// The weight of `operator`, in instructions.
    pub(crate) fn of(&self, operator: &Operator<'_>) -> u64 {
        self.by_number.get(number(operator)).copied().unwrap_or(self.default)
    }
}

/// True if the text format has an operator of that name.
#[cfg(test)]
pub(crate) fn is_operator(name: &str) -> bool {
    VISITORS.iter().any(|visitor| text_name(visitor) == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::profile::Profile;

    #[test]
    fn every_operator_a_profile_weighs_exists() {
        for name in Profile::NAMES {
            let profile = Profile::named(name).expect("is built in");
            let weighed =
                profile.metering.operators.keys().chain(profile.metering.operators64.keys());
            let unknown: Vec<_> = weighed.filter(|name| !is_operator(name)).collect();
            assert!(unknown.is_empty(), "{unknown:?}");
        }
    }

    #[test]
    fn names_are_spelled_as_in_the_text_format() {
        for (visitor, name) in [
            ("visit_i32_div_s", "i32.div_s"),
            ("visit_i32_trunc_sat_f32_s", "i32.trunc_sat_f32_s"),
            ("visit_v128_load8_lane", "v128.load8_lane"),
            ("visit_br_if", "br_if"),
            ("visit_return_call_indirect", "return_call_indirect"),
            ("visit_memory_grow", "memory.grow"),
            ("visit_typed_select", "select"),
        ] {
            assert_eq!(text_name(visitor), name);
        }
    }

    #[test]
    fn a_weight_is_found_by_operator() {
        let weights = Weights::new(&Profile::default().metering);
        assert_eq!(weights.of(&Operator::I32DivS), 10);
        assert_eq!(weights.of(&Operator::Call { function_index: 3 }), 5);
        assert_eq!(weights.of(&Operator::End), 0);
        assert_eq!(weights.of(&Operator::Nop), 1);
    }
}
