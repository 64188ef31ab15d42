//! Threshold signatures and derived keys: their Candid forms.

use candid::{CandidType, Deserialize, Principal};

/// A key for ECDSA.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub(crate) struct EcdsaKey {
    pub(crate) curve: EcdsaCurve,
    pub(crate) name: String,
}

#[derive(Clone, Copy, Debug, CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum EcdsaCurve {
    secp256k1,
}

/// A key for Schnorr signatures.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub(crate) struct SchnorrKey {
    pub(crate) algorithm: SchnorrAlgorithm,
    pub(crate) name: String,
}

#[derive(Clone, Copy, Debug, CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum SchnorrAlgorithm {
    bip340secp256k1,
    ed25519,
}

/// A key to derive encrypted keys from.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub(crate) struct VetkdKey {
    pub(crate) curve: VetkdCurve,
    pub(crate) name: String,
}

#[derive(Clone, Copy, Debug, CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum VetkdCurve {
    bls12_381_g2,
}

/// The argument of `ecdsa_public_key` and `schnorr_public_key`.
#[derive(CandidType, Deserialize)]
pub(crate) struct PublicKeyArgs<K> {
    pub(crate) canister_id: Option<Principal>,
    pub(crate) derivation_path: Vec<serde_bytes::ByteBuf>,
    pub(crate) key_id: K,
}

/// The argument of `sign_with_ecdsa`.
#[derive(CandidType, Deserialize)]
pub(crate) struct SignEcdsaArgs {
    #[serde(with = "serde_bytes")]
    pub(crate) message_hash: Vec<u8>,
    pub(crate) derivation_path: Vec<serde_bytes::ByteBuf>,
    pub(crate) key_id: EcdsaKey,
}

/// The argument of `sign_with_schnorr`.
#[derive(CandidType, Deserialize)]
pub(crate) struct SignSchnorrArgs {
    #[serde(with = "serde_bytes")]
    pub(crate) message: Vec<u8>,
    pub(crate) derivation_path: Vec<serde_bytes::ByteBuf>,
    pub(crate) key_id: SchnorrKey,
}

/// The argument of `vetkd_public_key`.
#[derive(CandidType, Deserialize)]
pub(crate) struct VetkdPublicKeyArgs {
    pub(crate) canister_id: Option<Principal>,
    #[serde(with = "serde_bytes")]
    pub(crate) context: Vec<u8>,
    pub(crate) key_id: VetkdKey,
}

/// The argument of `vetkd_derive_key`.
#[derive(CandidType, Deserialize)]
pub(crate) struct VetkdDeriveArgs {
    #[serde(with = "serde_bytes")]
    pub(crate) input: Vec<u8>,
    #[serde(with = "serde_bytes")]
    pub(crate) context: Vec<u8>,
    #[serde(with = "serde_bytes")]
    pub(crate) transport_public_key: Vec<u8>,
    pub(crate) key_id: VetkdKey,
}

/// The reply of `ecdsa_public_key` and `schnorr_public_key`.
#[derive(CandidType)]
pub(crate) struct PublicKeyReply {
    pub(crate) public_key: Vec<u8>,
    pub(crate) chain_code: Vec<u8>,
}

/// The reply of `sign_with_ecdsa` and `sign_with_schnorr`.
#[derive(CandidType)]
pub(crate) struct SignatureReply {
    pub(crate) signature: Vec<u8>,
}

/// The reply of `vetkd_public_key`.
#[derive(CandidType)]
pub(crate) struct VetkdPublicKeyReply {
    pub(crate) public_key: Vec<u8>,
}

/// The reply of `vetkd_derive_key`.
#[derive(CandidType)]
pub(crate) struct VetkdDeriveReply {
    pub(crate) encrypted_key: Vec<u8>,
}
