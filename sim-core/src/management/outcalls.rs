//! `http_request`: its Candid forms and limits.
//!
//! After `rs/types/types/src/canister_http.rs` of `dfinity/ic` and the interface specification.

use crate::profile::ManagementRules;
use crate::units::Bytes;
use candid::{CandidType, Deserialize, Nat, Principal};

/// The argument of `http_request`.
#[derive(CandidType, Deserialize)]
pub(crate) struct HttpArgs {
    pub(crate) url: String,
    pub(crate) max_response_bytes: Option<u64>,
    pub(crate) headers: Vec<HttpHeader>,
    pub(crate) body: Option<serde_bytes::ByteBuf>,
    pub(crate) method: HttpMethod,
    pub(crate) transform: Option<TransformContext>,
}

#[derive(Clone, Debug, CandidType, Deserialize)]
pub(crate) struct HttpHeader {
    pub(crate) name: String,
    pub(crate) value: String,
}

#[derive(CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum HttpMethod {
    get,
    post,
    head,
    put,
    delete,
}

/// The query that the response goes through, and what it is given beside it.
#[derive(Clone, CandidType, Deserialize)]
pub(crate) struct TransformContext {
    pub(crate) function: TransformFunction,
    #[serde(with = "serde_bytes")]
    pub(crate) context: Vec<u8>,
}

candid::define_function!(pub(crate) TransformFunction : (TransformArgs) -> (HttpResponse) query);

/// What a transform is given.
#[derive(CandidType, Deserialize)]
pub(crate) struct TransformArgs {
    pub(crate) response: HttpResponse,
    #[serde(with = "serde_bytes")]
    pub(crate) context: Vec<u8>,
}

/// A response, as it is given to a transform and as it is answered.
#[derive(CandidType, Deserialize)]
pub(crate) struct HttpResponse {
    pub(crate) status: Nat,
    pub(crate) headers: Vec<HttpHeader>,
    #[serde(with = "serde_bytes")]
    pub(crate) body: Vec<u8>,
}

impl TransformContext {
    /// The canister that transforms.
    pub(crate) fn canister(&self) -> Principal {
        self.function.0.principal
    }

    /// The query that transforms.
    pub(crate) fn method(&self) -> &str {
        &self.function.0.method
    }
}

impl HttpArgs {
    /// Bytes of the request that are charged for: URL, headers, body, and the transform's name
    /// and context.
    pub(crate) fn request_bytes(&self) -> Bytes {
        let headers: usize = self.headers.iter().map(|one| one.name.len() + one.value.len()).sum();
        let body = self.body.as_ref().map_or(0, |body| body.len());
        let transform =
            self.transform.as_ref().map_or(0, |used| used.method().len() + used.context.len());
        Bytes::of_len(self.url.len() + headers + body + transform)
    }

    /// Why a request is refused before it is sent, with its cycles given back.
    pub(crate) fn invalid(&self, rules: &ManagementRules, caller: Principal) -> Option<String> {
        let most = rules.http_response.get();
        if self.max_response_bytes.is_some_and(|bytes| bytes > most) {
            return Some(format!("max_response_bytes expected to be in the range [0..{most}]"));
        }
        if self.url.len() as u64 > rules.http_url.get() {
            return Some(format!("url exceeds {} bytes", rules.http_url));
        }
        if self.headers.len() as u64 > rules.http_headers {
            return Some(format!("the number of headers exceeds {}", rules.http_headers));
        }
        let long = |text: &str| text.len() as u64 > rules.http_header_text.get();
        if self.headers.iter().any(|header| long(&header.name) || long(&header.value)) {
            return Some("the name or value of a header is too long".to_owned());
        }
        let headers: usize = self.headers.iter().map(|one| one.name.len() + one.value.len()).sum();
        if headers as u64 > rules.http_headers_size.get() {
            return Some(format!("the headers exceed {} bytes", rules.http_headers_size));
        }
        let body = self.body.as_ref().map_or(0, |body| body.len());
        if (headers + body) as u64 > rules.http_request.get() {
            return Some(format!("headers and body exceed {} bytes", rules.http_request));
        }
        let foreign = self.transform.as_ref().is_some_and(|used| used.canister() != caller);
        foreign.then(|| "the transform belongs to another canister".to_owned())
    }
}
