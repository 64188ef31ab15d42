//! The methods of the management canister: their names, and who may call them how.

/// Who may call a method, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Canisters, and clients that control the canister the call is about.
    Everybody,
    /// Canisters only: the call needs cycles, or nobody would pay for it.
    Canisters,
    /// Everybody, on networks for testing only.
    Provisional,
    /// Clients, as a query only.
    Queries,
}

macro_rules! methods {
    ($($name:ident = $text:literal: $audience:ident),* $(,)?) => {
        /// A method of the management canister.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Method { $($name),* }

        impl Method {
            /// The method called `name`.
            pub(crate) fn named(name: &str) -> Option<Method> {
                match name { $($text => Some(Method::$name),)* _ => None }
            }

            /// Who may call it.
            pub(crate) fn audience(self) -> Audience {
                match self { $(Method::$name => Audience::$audience),* }
            }
        }
    };
}

methods! {
    CreateCanister = "create_canister": Canisters,
    UpdateSettings = "update_settings": Everybody,
    UploadChunk = "upload_chunk": Everybody,
    StoredChunks = "stored_chunks": Everybody,
    ClearChunkStore = "clear_chunk_store": Everybody,
    InstallCode = "install_code": Everybody,
    InstallChunkedCode = "install_chunked_code": Everybody,
    UninstallCode = "uninstall_code": Everybody,
    StartCanister = "start_canister": Everybody,
    StopCanister = "stop_canister": Everybody,
    DeleteCanister = "delete_canister": Everybody,
    CanisterStatus = "canister_status": Everybody,
    CanisterMetrics = "canister_metrics": Everybody,
    CanisterInfo = "canister_info": Canisters,
    CanisterMetadata = "canister_metadata": Canisters,
    DepositCycles = "deposit_cycles": Canisters,
    RawRand = "raw_rand": Canisters,
    HttpRequest = "http_request": Canisters,
    EcdsaPublicKey = "ecdsa_public_key": Canisters,
    SignWithEcdsa = "sign_with_ecdsa": Canisters,
    SchnorrPublicKey = "schnorr_public_key": Canisters,
    SignWithSchnorr = "sign_with_schnorr": Canisters,
    VetkdPublicKey = "vetkd_public_key": Canisters,
    VetkdDeriveKey = "vetkd_derive_key": Canisters,
    NodeMetricsHistory = "node_metrics_history": Canisters,
    SubnetInfo = "subnet_info": Canisters,
    TakeSnapshot = "take_canister_snapshot": Everybody,
    LoadSnapshot = "load_canister_snapshot": Everybody,
    ListSnapshots = "list_canister_snapshots": Everybody,
    DeleteSnapshot = "delete_canister_snapshot": Everybody,
    ReadSnapshotMetadata = "read_canister_snapshot_metadata": Everybody,
    ReadSnapshotData = "read_canister_snapshot_data": Everybody,
    UploadSnapshotMetadata = "upload_canister_snapshot_metadata": Everybody,
    UploadSnapshotData = "upload_canister_snapshot_data": Everybody,
    FetchCanisterLogs = "fetch_canister_logs": Queries,
    BitcoinGetBalance = "bitcoin_get_balance": Canisters,
    BitcoinGetUtxos = "bitcoin_get_utxos": Canisters,
    BitcoinGetCurrentFeePercentiles = "bitcoin_get_current_fee_percentiles": Canisters,
    BitcoinGetBlockHeaders = "bitcoin_get_block_headers": Canisters,
    BitcoinSendTransaction = "bitcoin_send_transaction": Canisters,
    SetupInitialDkg = "setup_initial_dkg": Canisters,
    ProvisionalCreate = "provisional_create_canister_with_cycles": Provisional,
    ProvisionalTopUp = "provisional_top_up_canister": Provisional,
}

impl Method {
    /// Whether its argument names a canister, on whose subnet it is executed.
    pub(crate) fn is_about_a_canister(self) -> bool {
        use Method::*;
        !matches!(
            self,
            CreateCanister
                | RawRand
                | HttpRequest
                | ProvisionalCreate
                | NodeMetricsHistory
                | SubnetInfo
                | SetupInitialDkg
                | EcdsaPublicKey
                | SignWithEcdsa
                | SchnorrPublicKey
                | SignWithSchnorr
                | VetkdPublicKey
                | VetkdDeriveKey
                | BitcoinGetBalance
                | BitcoinGetUtxos
                | BitcoinGetCurrentFeePercentiles
                | BitcoinGetBlockHeaders
                | BitcoinSendTransaction
        )
    }

    /// Whether the canister a call is about may make it though it does not control itself.
    pub(crate) fn open_to_itself(self) -> bool {
        matches!(
            self,
            Method::CanisterStatus
                | Method::UploadChunk
                | Method::StoredChunks
                | Method::ClearChunkStore
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_need_cycles_are_for_canisters() {
        for name in ["deposit_cycles", "sign_with_ecdsa", "http_request", "raw_rand"] {
            assert_eq!(Method::named(name).map(Method::audience), Some(Audience::Canisters));
        }
        assert_eq!(Method::named("nope"), None);
    }
}
