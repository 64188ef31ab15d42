//! Calls of the Bitcoin canisters. They are canisters, so their prices are not scaled.

use super::FeeSchedule;
use crate::units::{Bytes, Cycles, Instructions};

/// A call of a Bitcoin canister.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BitcoinCall {
    /// `bitcoin_get_balance` or `bitcoin_get_current_fee_percentiles`.
    Balance,
    /// `bitcoin_get_utxos` or `bitcoin_get_block_headers`, which took so many instructions.
    Utxos(Instructions),
    /// `bitcoin_send_transaction` with a transaction of so many bytes.
    Send(Bytes),
}

impl FeeSchedule {
    /// The price of a call of the canister for the Bitcoin main network, or that for the test
    /// network.
    pub fn bitcoin(&self, call: BitcoinCall, mainnet: bool) -> Cycles {
        let fees = if mainnet { &self.fees.bitcoin_mainnet } else { &self.fees.bitcoin_testnet };
        match call {
            BitcoinCall::Balance => fees.balance,
            BitcoinCall::Utxos(instructions) => {
                let tens = fees.ten_instructions.saturating_mul(instructions.get().into());
                fees.utxos + Cycles::new(tens.get() / 10)
            }
            BitcoinCall::Send(bytes) => fees.send + Self::bytes_part(fees.send_byte, bytes),
        }
    }

    /// What has to be attached to such a call at least; none is known for sending.
    pub fn bitcoin_attached(&self, call: BitcoinCall, mainnet: bool) -> Option<Cycles> {
        let fees = if mainnet { &self.fees.bitcoin_mainnet } else { &self.fees.bitcoin_testnet };
        match call {
            BitcoinCall::Balance => Some(fees.balance_attached),
            BitcoinCall::Utxos(_) => Some(fees.utxos_attached),
            BitcoinCall::Send(_) => None,
        }
    }
}
