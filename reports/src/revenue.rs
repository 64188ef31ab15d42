//! What a subnet earns: the cycles burned on it, in currencies.
//!
//! Amounts are those of the rounds, without set-up. A month has thirty days, as in the published
//! price tables; what a short run earns is stretched to it.

use serde::Serialize;
use sim_core::profile::Currency;
use sim_core::time::SimDuration;
use sim_core::units::Cycles;

const MONTH_SECONDS: u128 = 30 * 86_400;

/// Revenue of one subnet. Money is written as a decimal string.
#[derive(Clone, Debug, Serialize)]
pub struct Revenue {
    /// In special drawing rights.
    pub sdr: String,
    /// In US dollars.
    pub usd: String,
    /// Cycles of a month at the same rate, as a decimal string.
    pub cycles_per_month: String,
    /// Cycles of a month, for each node.
    pub cycles_per_node_month: String,
    /// The same in special drawing rights.
    pub sdr_per_node_month: String,
    /// The same in US dollars.
    pub usd_per_node_month: String,
}

impl Revenue {
    /// Of `burned` cycles in `duration` on `nodes` nodes.
    pub fn of(burned: Cycles, duration: SimDuration, nodes: u64, currency: &Currency) -> Revenue {
        let month = per_month(burned, duration);
        let node = Cycles::new(month.get() / u128::from(nodes.max(1)));
        Revenue {
            sdr: money(currency.micro_sdr(burned)),
            usd: money(currency.micro_usd(burned)),
            cycles_per_month: month.get().to_string(),
            cycles_per_node_month: node.get().to_string(),
            sdr_per_node_month: money(currency.micro_sdr(node)),
            usd_per_node_month: money(currency.micro_usd(node)),
        }
    }
}

/// Cycles of a month at the rate of `burned` in `duration`.
pub(crate) fn per_month(burned: Cycles, duration: SimDuration) -> Cycles {
    let month = MONTH_SECONDS * 1_000_000_000;
    let nanos = u128::from(duration.as_nanos()).max(1);
    Cycles::new(burned.get().saturating_mul(month) / nanos)
}

/// Millionths as a decimal number.
fn money(millionths: u128) -> String {
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::profile::Profile;

    #[test]
    fn a_trillion_a_day_is_thirty_drawing_rights_a_month() {
        let day = SimDuration::from_secs(86_400);
        let currency = Profile::default().currency;
        let revenue = Revenue::of(Cycles::new(1_000_000_000_000), day, 10, &currency);
        assert_eq!(revenue.sdr, "1.000000");
        assert_eq!(revenue.cycles_per_month, "30000000000000");
        assert_eq!(revenue.sdr_per_node_month, "3.000000");
    }
}
