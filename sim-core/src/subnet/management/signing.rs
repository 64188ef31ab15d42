//! Threshold signatures and derived keys.
//!
//! Keys and signatures are simulated: bytes of the right length that follow from the key's name, the
//! canister and the derivation path, and from what is signed. No one can verify them.

use super::delayed::Pending;
use super::{Answer, Subnet, Verdict, failure};
use crate::fees::Charge;
use crate::management::signing::{
    EcdsaKey, PublicKeyArgs, PublicKeyReply, SchnorrAlgorithm, SchnorrKey, SignEcdsaArgs,
    SignSchnorrArgs, SignatureReply, VetkdDeriveArgs, VetkdDeriveReply, VetkdPublicKeyArgs,
    VetkdPublicKeyReply,
};
use crate::management::{decode, reply};
use crate::message::ManagementCall;
use crate::reject::ErrorCode;
use crate::runtime::{Failure, Payload};
use ic_principal::Principal;
use serde_bytes::ByteBuf;

/// Names of the keys of the network: the first is for production.
const KEYS: [&str; 3] = ["key_1", "test_key_1", "dfx_test_key"];
/// Elements a derivation path may have (`MAXIMUM_DERIVATION_PATH_LENGTH`).
const LONGEST_PATH: usize = 255;
/// Bytes of a hash that can be signed.
const HASH: usize = 32;
const CHAIN_CODE: usize = 32;
const COMPRESSED_POINT: usize = 33;
const ED25519_POINT: usize = 32;
const SIGNATURE: usize = 64;
const BLS_PUBLIC_KEY: usize = 96;
const ENCRYPTED_KEY: usize = 192;

/// Bytes that follow from `parts` and nothing else.
fn derived(purpose: &str, parts: &[&[u8]], count: usize) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new_derive_key("icsim simulated key");
    for part in [purpose.as_bytes()].iter().chain(parts) {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut bytes = vec![0; count];
    hasher.finalize_xof().fill(&mut bytes);
    bytes
}

/// A public key in the form of a compressed point.
fn compressed(mut point: Vec<u8>) -> Vec<u8> {
    point[0] = 2 + (point[0] & 1);
    point
}

/// What a key is derived from.
struct Derivation<'a> {
    scheme: &'static str,
    name: &'a str,
    canister: Principal,
    path: Vec<u8>,
}

impl<'a> Derivation<'a> {
    fn new(
        scheme: &'static str,
        name: &'a str,
        canister: Principal,
        path: &[ByteBuf],
    ) -> Result<Self, Failure> {
        check_key(name)?;
        if path.len() > LONGEST_PATH {
            let message = format!("a derivation path has at most {LONGEST_PATH} elements");
            return Err(failure(ErrorCode::InvalidManagementPayload, message));
        }
        let mut flat = Vec::new();
        for element in path {
            flat.extend_from_slice(&(element.len() as u64).to_le_bytes());
            flat.extend_from_slice(element);
        }
        Ok(Derivation { scheme, name, canister, path: flat })
    }

    fn bytes(&self, purpose: &str, extra: &[u8], count: usize) -> Vec<u8> {
        let (name, canister) = (self.name.as_bytes(), self.canister.as_slice());
        derived(purpose, &[self.scheme.as_bytes(), name, canister, &self.path, extra], count)
    }

    fn public_key(&self) -> Payload {
        let public_key = match self.scheme {
            "ed25519" => self.bytes("public key", &[], ED25519_POINT),
            _ => compressed(self.bytes("public key", &[], COMPRESSED_POINT)),
        };
        let chain_code = self.bytes("chain code", &[], CHAIN_CODE);
        reply(&PublicKeyReply { public_key, chain_code })
    }

    fn signature(&self, message: &[u8]) -> Payload {
        reply(&SignatureReply { signature: self.bytes("signature", message, SIGNATURE) })
    }
}

fn check_key(name: &str) -> Result<(), Failure> {
    if KEYS.contains(&name) {
        return Ok(());
    }
    let message = format!("Requested unknown threshold key {name}, existing keys: {KEYS:?}");
    Err(failure(ErrorCode::UnroutableManagementCall, message))
}

fn schnorr(algorithm: SchnorrAlgorithm) -> &'static str {
    match algorithm {
        SchnorrAlgorithm::bip340secp256k1 => "bip340secp256k1",
        SchnorrAlgorithm::ed25519 => "ed25519",
    }
}

impl Subnet {
    /// `ecdsa_public_key`.
    pub(super) fn ecdsa_public_key(&mut self, call: &ManagementCall) -> Answer {
        let args: PublicKeyArgs<EcdsaKey> = decode(&call.arg)?;
        let canister = args.canister_id.unwrap_or_else(|| call.origin.caller());
        let key = &args.key_id.name;
        Ok(Derivation::new("secp256k1", key, canister, &args.derivation_path)?.public_key())
    }

    /// `schnorr_public_key`.
    pub(super) fn schnorr_public_key(&mut self, call: &ManagementCall) -> Answer {
        let args: PublicKeyArgs<SchnorrKey> = decode(&call.arg)?;
        let canister = args.canister_id.unwrap_or_else(|| call.origin.caller());
        let (scheme, key) = (schnorr(args.key_id.algorithm), &args.key_id.name);
        Ok(Derivation::new(scheme, key, canister, &args.derivation_path)?.public_key())
    }

    /// `vetkd_public_key`.
    pub(super) fn vetkd_public_key(&mut self, call: &ManagementCall) -> Answer {
        let args: VetkdPublicKeyArgs = decode(&call.arg)?;
        let canister = args.canister_id.unwrap_or_else(|| call.origin.caller());
        let path = [ByteBuf::from(args.context)];
        let key = Derivation::new("bls12_381", &args.key_id.name, canister, &path)?;
        Ok(reply(&VetkdPublicKeyReply { public_key: key.bytes("public key", &[], BLS_PUBLIC_KEY) }))
    }

    /// `sign_with_ecdsa`.
    pub(super) fn sign_with_ecdsa(
        &mut self,
        call: &mut ManagementCall,
    ) -> Result<Verdict, Failure> {
        let args: SignEcdsaArgs = decode(&call.arg)?;
        if args.message_hash.len() != HASH {
            let message = format!("message_hash must be {HASH} bytes");
            return Err(failure(ErrorCode::CanisterRejectedMessage, message));
        }
        let (name, caller) = (&args.key_id.name, call.origin.caller());
        let key = Derivation::new("secp256k1", name, caller, &args.derivation_path)?;
        self.sign(call, name, key.signature(&args.message_hash))
    }

    /// `sign_with_schnorr`.
    pub(super) fn sign_with_schnorr(
        &mut self,
        call: &mut ManagementCall,
    ) -> Result<Verdict, Failure> {
        let args: SignSchnorrArgs = decode(&call.arg)?;
        let (name, caller) = (&args.key_id.name, call.origin.caller());
        let scheme = schnorr(args.key_id.algorithm);
        let key = Derivation::new(scheme, name, caller, &args.derivation_path)?;
        self.sign(call, name, key.signature(&args.message))
    }

    /// `vetkd_derive_key`.
    pub(super) fn vetkd_derive_key(
        &mut self,
        call: &mut ManagementCall,
    ) -> Result<Verdict, Failure> {
        let args: VetkdDeriveArgs = decode(&call.arg)?;
        let (name, caller) = (&args.key_id.name, call.origin.caller());
        let path = [ByteBuf::from(args.context), ByteBuf::from(args.input)];
        let key = Derivation::new("bls12_381", name, caller, &path)?;
        let encrypted_key = key.bytes("derived key", &args.transport_public_key, ENCRYPTED_KEY);
        self.sign(call, name, reply(&VetkdDeriveReply { encrypted_key }))
    }

    /// Takes the price of the subnet that has the key and answers when that subnet has signed.
    fn sign(
        &mut self,
        call: &mut ManagementCall,
        key: &str,
        signed: Payload,
    ) -> Result<Verdict, Failure> {
        let rules = &self.profile.management;
        let nodes = match key == KEYS[0] {
            true => rules.signing_nodes,
            false => rules.test_signing_nodes,
        };
        let delay = rules.signature_delay.clone();
        self.pay(call, Charge::Signature { nodes })?;
        Ok(self.wait_for(call, &delay, Pending::Known(Ok(signed))))
    }
}
