//! `bitcoin_*`: the calls of the Bitcoin canisters, paid for as there, on a chain without transactions.

use super::delayed::Pending;
use super::{Answer, Subnet, Verdict, failure};
use crate::fees::{BitcoinCall, Charge};
use crate::management::bitcoin::{
    HeadersReply, Network, NetworkArgs, SendArgs, UtxosReply, percentiles,
};
use crate::management::method::Method;
use crate::management::{decode, empty_reply, reply};
use crate::message::ManagementCall;
use crate::reject::ErrorCode;
use crate::runtime::Failure;
use crate::units::{Bytes, Instructions};
use serde_bytes::ByteBuf;

/// The tip of the simulated chain: about where the main network was in the middle of 2026.
const TIP_HEIGHT: u32 = 950_000;
/// The cheapest fee of a transaction, in millisatoshi a byte.
const LEAST_FEE: u64 = 1_000;
const BLOCK_HASH: usize = 32;

impl Subnet {
    /// A call of the Bitcoin interface: what is attached pays for it, the rest goes back.
    pub(super) fn bitcoin(
        &mut self,
        method: Method,
        call: &mut ManagementCall,
    ) -> Result<Verdict, Failure> {
        let network = decode::<NetworkArgs>(&call.arg)?.network;
        let mainnet = network == Network::mainnet;
        let paid = match method {
            Method::BitcoinGetBalance | Method::BitcoinGetCurrentFeePercentiles => {
                BitcoinCall::Balance
            }
            Method::BitcoinSendTransaction => {
                let args: SendArgs = decode(&call.arg)?;
                BitcoinCall::Send(Bytes::of_len(args.transaction.len()))
            }
            _ => BitcoinCall::Utxos(Instructions::ZERO),
        };
        let price = self.fees.bitcoin(paid, mainnet);
        let least = self.fees.bitcoin_attached(paid, mainnet).unwrap_or(price).max(price);
        let given = call.cycles.amount();
        if given < least {
            let message = format!("Received {given} cycles. {least} cycles are required.");
            return Err(failure(ErrorCode::CanisterRejectedMessage, message));
        }
        self.pay(call, Charge::Burn { amount: price })?;
        let delay = self.profile.management.bitcoin_delay.clone();
        Ok(self.wait_for(call, &delay, Pending::Known(bitcoin_answer(method))))
    }
}

/// What a chain without transactions answers.
fn bitcoin_answer(method: Method) -> Answer {
    Ok(match method {
        Method::BitcoinGetBalance => reply(&0u64),
        Method::BitcoinGetCurrentFeePercentiles => reply(&percentiles(LEAST_FEE)),
        Method::BitcoinSendTransaction => empty_reply(),
        Method::BitcoinGetBlockHeaders => {
            reply(&HeadersReply { tip_height: TIP_HEIGHT, block_headers: Vec::new() })
        }
        _ => reply(&UtxosReply {
            utxos: Vec::new(),
            tip_block_hash: ByteBuf::from(vec![0; BLOCK_HASH]),
            tip_height: TIP_HEIGHT,
            next_page: None,
        }),
    })
}
