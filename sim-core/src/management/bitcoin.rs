//! `bitcoin_*`: their Candid forms.

use candid::{CandidType, Deserialize};
use serde_bytes::ByteBuf;

/// A network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum Network {
    mainnet,
    testnet,
    regtest,
}

/// The part of an argument that every method has.
#[derive(CandidType, Deserialize)]
pub(crate) struct NetworkArgs {
    pub(crate) network: Network,
}

/// The argument of `bitcoin_send_transaction`.
#[derive(CandidType, Deserialize)]
pub(crate) struct SendArgs {
    pub(crate) network: Network,
    pub(crate) transaction: ByteBuf,
}

/// The reply of `bitcoin_get_utxos`.
#[derive(CandidType)]
pub(crate) struct UtxosReply {
    pub(crate) utxos: Vec<Utxo>,
    pub(crate) tip_block_hash: ByteBuf,
    pub(crate) tip_height: u32,
    pub(crate) next_page: Option<ByteBuf>,
}

/// An unspent output.
#[derive(CandidType)]
pub(crate) struct Utxo {
    pub(crate) outpoint: Outpoint,
    pub(crate) value: u64,
    pub(crate) height: u32,
}

/// Where an output stands.
#[derive(CandidType)]
pub(crate) struct Outpoint {
    pub(crate) txid: ByteBuf,
    pub(crate) vout: u32,
}

/// The reply of `bitcoin_get_block_headers`.
#[derive(CandidType)]
pub(crate) struct HeadersReply {
    pub(crate) tip_height: u32,
    pub(crate) block_headers: Vec<ByteBuf>,
}

/// Fees at each of the 101 percentiles, in millisatoshi a byte.
pub(crate) fn percentiles(least: u64) -> Vec<u64> {
    (0..=100).map(|percentile| least + percentile * 10).collect()
}
