//! `upload_chunk`, `stored_chunks`, `clear_chunk_store`.

use super::{Answer, Subnet, Used, failure};
use crate::canister::chunks::{ChunkStore, chunk_id};
use crate::fees::Charge;
use crate::management::chunks::{ChunkHash, UploadChunkArgs};
use crate::management::method::Method;
use crate::management::{decode, empty_reply, reply};
use crate::message::ManagementCall;
use crate::reject::ErrorCode;
use crate::runtime::Failure;

fn store_error<T: std::fmt::Display>(text: T) -> Failure {
    let message = format!("Error from Wasm chunk store: {text}");
    failure(ErrorCode::CanisterContractViolation, message)
}

impl Subnet {
    /// `upload_chunk`: paid for even if there is no room.
    pub(super) fn upload_chunk(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let args: UploadChunkArgs = decode(&call.arg)?;
        let place = self.controlled(args.canister_id, Method::UploadChunk, call, used)?;
        self.check_chunk(place, &args.chunk)?;
        let rules = &self.profile.management;
        let (instructions, size) = (self.profile.limits.upload_chunk_instructions, rules.chunk);
        let charge = Charge::Execution { limit: instructions, used: instructions, wasm64: false };
        let price = self.fees.price(&charge);
        let canister = &mut self.canisters[place];
        if !canister.can_spend(price) {
            return Err(store_error(format_args!("uploading costs {price} cycles")));
        }
        // It was just checked that it can.
        let _ = self.ledger.burn(&mut canister.account, price, charge);
        used.spend(instructions);
        let hash = ChunkHash { hash: chunk_id(&args.chunk).to_vec() };
        if self.canisters[place].chunks.get(&chunk_id(&args.chunk)).is_some() {
            return Ok(reply(&hash));
        }
        self.check_growth(place, size, store_error::<String>)?;
        let canister = &mut self.canisters[place];
        canister.chunks.insert(&args.chunk, size);
        canister.heap_delta_debit += size;
        canister.measure(&self.fees);
        Ok(reply(&hash))
    }

    fn check_chunk(&self, place: usize, chunk: &[u8]) -> Result<(), Failure> {
        let (rules, canister) = (&self.profile.management, &self.canisters[place]);
        if chunk.len() as u64 > rules.chunk.get() {
            let text =
                format!("Wasm chunk size {} exceeds the maximum of {}", chunk.len(), rules.chunk);
            return Err(store_error(text));
        }
        let known = canister.chunks.get(&chunk_id(chunk)).is_some();
        if !known && canister.chunks.memory() + rules.chunk > rules.chunk_store {
            return Err(store_error(format_args!("it holds at most {} bytes", rules.chunk_store)));
        }
        if canister.heap_delta_debit >= self.profile.limits.heap_delta_rate {
            return Err(store_error("Canister is heap delta rate limited"));
        }
        Ok(())
    }

    /// `stored_chunks`.
    pub(super) fn stored_chunks(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let place = self.subject(Method::StoredChunks, call, used)?;
        let ids = self.canisters[place].chunks.ids();
        let hashes: Vec<ChunkHash> = ids.map(|id| ChunkHash { hash: id.to_vec() }).collect();
        Ok(reply(&hashes))
    }

    /// `clear_chunk_store`.
    pub(super) fn clear_chunk_store(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let place = self.subject(Method::ClearChunkStore, call, used)?;
        let canister = &mut self.canisters[place];
        canister.chunks = ChunkStore::default();
        canister.measure(&self.fees);
        Ok(empty_reply())
    }
}
