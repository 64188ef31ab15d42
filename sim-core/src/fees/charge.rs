//! The raw quantities that prices are made from.

use super::FeeSchedule;
use crate::ledger::UseCase;
use crate::time::SimDuration;
use crate::units::{Bytes, Cycles, Instructions};
use serde::{Deserialize, Serialize};

/// Something that is paid for, as exactly as its price depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charge {
    /// Creating a canister.
    Creation,
    /// Inducting an ingress message.
    Ingress {
        /// Its size.
        bytes: Bytes,
    },
    /// Executing a message, task or install.
    Execution {
        /// Instructions prepaid.
        limit: Instructions,
        /// Instructions used.
        used: Instructions,
        /// By code with 64-bit memory.
        wasm64: bool,
    },
    /// Work of the management canister.
    Management {
        /// Instructions it is counted as.
        instructions: Instructions,
    },
    /// Sending a request.
    Request {
        /// Method name and payload.
        bytes: Bytes,
    },
    /// Getting its response.
    Response {
        /// Its payload.
        bytes: Bytes,
    },
    /// Keeping memory.
    Storage {
        /// How much.
        bytes: Bytes,
        /// For how long.
        seconds: u64,
    },
    /// Keeping messages.
    Messages {
        /// How much.
        bytes: Bytes,
        /// For how long.
        seconds: u64,
    },
    /// Keeping a share of a thread.
    Compute {
        /// How much.
        percent: u64,
        /// For how long.
        seconds: u64,
    },
    /// A threshold signature or a derived key.
    Signature {
        /// Nodes of the subnet that made it.
        nodes: u64,
    },
    /// An HTTP outcall.
    HttpOutcall {
        /// Bytes of the request.
        request: Bytes,
        /// Bytes the response may have.
        response: Bytes,
    },
    /// Reading a log.
    LogFetch {
        /// Bytes read.
        bytes: Bytes,
    },
    /// Cycles a canister burned on purpose.
    Burn {
        /// How many.
        amount: Cycles,
    },
    /// What a canister had left when it ran out of cycles.
    Uninstall {
        /// How many.
        amount: Cycles,
    },
    /// What a canister had left when it was deleted.
    Deletion {
        /// How many.
        amount: Cycles,
    },
    /// Cycles of a message that was dropped.
    Dropped {
        /// How many.
        amount: Cycles,
    },
}

impl Charge {
    /// What it is booked under.
    pub fn use_case(&self) -> UseCase {
        match self {
            Charge::Creation => UseCase::Creation,
            Charge::Ingress { .. } => UseCase::Ingress,
            Charge::Execution { .. } | Charge::Management { .. } => UseCase::Execution,
            Charge::Request { .. } | Charge::Response { .. } => UseCase::Transmission,
            Charge::Storage { .. } | Charge::Messages { .. } => UseCase::Storage,
            Charge::Compute { .. } => UseCase::ComputeAllocation,
            Charge::Signature { .. } => UseCase::Signatures,
            Charge::HttpOutcall { .. } => UseCase::HttpOutcalls,
            Charge::LogFetch { .. } => UseCase::Logs,
            Charge::Burn { .. } => UseCase::Burned,
            Charge::Uninstall { .. } => UseCase::Uninstall,
            Charge::Deletion { .. } => UseCase::Deleted,
            Charge::Dropped { .. } => UseCase::Dropped,
        }
    }

    /// Its name in tables.
    pub fn name(&self) -> &'static str {
        match self {
            Charge::Creation => "creation",
            Charge::Ingress { .. } => "ingress",
            Charge::Execution { wasm64: false, .. } => "execution",
            Charge::Execution { wasm64: true, .. } => "execution64",
            Charge::Management { .. } => "management",
            Charge::Request { .. } => "request",
            Charge::Response { .. } => "response",
            Charge::Storage { .. } => "storage",
            Charge::Messages { .. } => "messages",
            Charge::Compute { .. } => "compute",
            Charge::Signature { .. } => "signature",
            Charge::HttpOutcall { .. } => "http_outcall",
            Charge::LogFetch { .. } => "log_fetch",
            Charge::Burn { .. } => "burn",
            Charge::Uninstall { .. } => "uninstall",
            Charge::Deletion { .. } => "deletion",
            Charge::Dropped { .. } => "dropped",
        }
    }

    /// The numbers it is made of; what it does not need is zero. With [`Self::name`] they say
    /// everything.
    pub fn quantities(&self) -> [u128; 2] {
        let of = |first: u64, second: u64| [u128::from(first), u128::from(second)];
        match *self {
            Charge::Creation => [0, 0],
            Charge::Ingress { bytes }
            | Charge::Request { bytes }
            | Charge::Response { bytes }
            | Charge::LogFetch { bytes } => of(bytes.get(), 0),
            Charge::Execution { limit, used, .. } => of(used.get(), limit.get()),
            Charge::Management { instructions } => of(instructions.get(), 0),
            Charge::Storage { bytes, seconds } | Charge::Messages { bytes, seconds } => {
                of(bytes.get(), seconds)
            }
            Charge::Compute { percent, seconds } => of(percent, seconds),
            Charge::Signature { nodes } => of(nodes, 0),
            Charge::HttpOutcall { request, response } => of(request.get(), response.get()),
            Charge::Burn { amount }
            | Charge::Uninstall { amount }
            | Charge::Deletion { amount }
            | Charge::Dropped { amount } => [amount.get(), 0],
        }
    }

    /// The charge of a name and its quantities, as [`Self::name`] and [`Self::quantities`] give
    /// them.
    pub fn from_parts(name: &str, quantities: [u128; 2]) -> Option<Charge> {
        let [first, second] = quantities.map(u64::try_from);
        let amount = Cycles::new(quantities[0]);
        // Amounts of cycles have more than 64 bits.
        let charge = match name {
            "burn" => Charge::Burn { amount },
            "uninstall" => Charge::Uninstall { amount },
            "deletion" => Charge::Deletion { amount },
            "dropped" => Charge::Dropped { amount },
            _ => return Charge::from_small_parts(name, first.ok()?, second.ok()?),
        };
        Some(charge)
    }

    fn from_small_parts(name: &str, first: u64, second: u64) -> Option<Charge> {
        let bytes = Bytes::new(first);
        let (used, limit) = (Instructions::new(first), Instructions::new(second));
        Some(match name {
            "creation" => Charge::Creation,
            "ingress" => Charge::Ingress { bytes },
            "execution" => Charge::Execution { limit, used, wasm64: false },
            "execution64" => Charge::Execution { limit, used, wasm64: true },
            "management" => Charge::Management { instructions: used },
            "request" => Charge::Request { bytes },
            "response" => Charge::Response { bytes },
            "storage" => Charge::Storage { bytes, seconds: second },
            "messages" => Charge::Messages { bytes, seconds: second },
            "compute" => Charge::Compute { percent: first, seconds: second },
            "signature" => Charge::Signature { nodes: first },
            "http_outcall" => Charge::HttpOutcall { request: bytes, response: Bytes::new(second) },
            "log_fetch" => Charge::LogFetch { bytes },
            _ => return None,
        })
    }
}

impl FeeSchedule {
    /// What `charge` costs.
    pub fn price(&self, charge: &Charge) -> Cycles {
        let time = SimDuration::from_secs;
        match *charge {
            Charge::Creation => self.canister_creation(),
            Charge::Ingress { bytes } => self.ingress(bytes),
            Charge::Execution { limit, used, wasm64 } => {
                self.execution_cost_in(limit, used, wasm64)
            }
            Charge::Management { instructions } => self.management(instructions),
            Charge::Request { bytes } => self.request_transmission(bytes),
            Charge::Response { bytes } => self.response_transmission(bytes),
            Charge::Storage { bytes, seconds } => self.idle_storage(bytes, time(seconds)),
            Charge::Messages { bytes, seconds } => self.idle_messages(bytes, time(seconds)),
            Charge::Compute { percent, seconds } => self.idle_compute(percent, time(seconds)),
            Charge::Signature { nodes } => self.signature_by(nodes),
            Charge::HttpOutcall { request, response } => self.http_outcall(request, response),
            Charge::LogFetch { bytes } => self.log_fetch(bytes),
            Charge::Burn { amount }
            | Charge::Uninstall { amount }
            | Charge::Deletion { amount }
            | Charge::Dropped { amount } => amount,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charge_survives_its_name_and_quantities() {
        let (bytes, seconds) = (Bytes::new(7), 9);
        let amount = Cycles::new(u128::MAX / 3);
        let limit = Instructions::new(40_000_000_000);
        for charge in [
            Charge::Creation,
            Charge::Ingress { bytes },
            Charge::Execution { limit, used: Instructions::new(5), wasm64: false },
            Charge::Execution { limit, used: Instructions::new(5), wasm64: true },
            Charge::Management { instructions: limit },
            Charge::Request { bytes },
            Charge::Response { bytes },
            Charge::Storage { bytes, seconds },
            Charge::Messages { bytes, seconds },
            Charge::Compute { percent: 3, seconds },
            Charge::Signature { nodes: 34 },
            Charge::HttpOutcall { request: bytes, response: Bytes::new(8) },
            Charge::LogFetch { bytes },
            Charge::Burn { amount },
            Charge::Uninstall { amount },
            Charge::Deletion { amount },
            Charge::Dropped { amount },
        ] {
            assert_eq!(Charge::from_parts(charge.name(), charge.quantities()), Some(charge));
        }
        assert_eq!(Charge::from_parts("tax", [0, 0]), None);
    }
}
