//! One request of an operation, and what operations ask of it.

use crate::error::ApiError;
use accounts::attributes::UserInfo;
use accounts::{ClientId, Context, Origin, Viewer};
use nameplate_core::client::AppClient;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One request.
pub struct Call {
    pub pool: Context,
    pub origin: Origin,
    pub request: Value,
}

impl Call {
    /// The application that the request names, if it names one: its origins may read the answer.
    pub fn names_client(&self) -> Option<ClientId> {
        Some(ClientId(self.request.get("ClientId")?.as_str()?.to_owned()))
    }

    /// The request's members. What isn't among them is ignored, as services of this kind do.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        // Its shape was checked; an operation that asks for another one than `requests` says is wrong, not
        // the caller. Why is not logged: it would name the value.
        T::deserialize(&self.request).map_err(|_| {
            tracing::error!("a request of the right shape could not be read");
            ApiError::internal()
        })
    }

    /// The application of that id.
    pub fn client(&self, id: Option<String>) -> Result<&AppClient, ApiError> {
        let id = ClientId(id.unwrap_or_default());
        self.pool.settings().client(&id).ok_or_else(|| ApiError::unknown_client(&id))
    }

    /// Where a request of this application comes from, once it has proven its secret if it has one: then from the
    /// visitor that it names.
    pub fn origin_of(&self, client: &AppClient) -> Origin {
        let origin = self.origin.clone();
        if client.secret.is_none() {
            return origin;
        }
        let visitor = self.request.pointer("/UserContextData/IpAddress").and_then(Value::as_str);
        origin.by_application(client.id.clone(), visitor.and_then(|address| address.trim().parse().ok()))
    }

    /// The same for a request about this username, which says by a hash that it comes from there.
    pub fn proven_client(
        &self,
        id: Option<String>,
        username: &str,
        hash: Option<&str>,
    ) -> Result<&AppClient, ApiError> {
        let client = self.client(id)?;
        client.check_hash(username, hash).map_err(|fault| ApiError::not_that_client(&client.id, fault))?;
        Ok(client)
    }

    /// Who is signed in.
    pub async fn viewer(&self, token: Option<String>) -> Result<Viewer, ApiError> {
        Ok(accounts::tokens::viewer_of_access_token(&self.pool, &token.unwrap_or_default()).await?)
    }

    /// What may be told of whoever is signed in.
    pub async fn info(&self, token: Option<String>) -> Result<UserInfo, ApiError> {
        Ok(accounts::tokens::info_of_access_token(&self.pool, &token.unwrap_or_default()).await?.1)
    }
}

/// Texts by name. One without a value is as good as absent: a browser's client sends `null` for what its
/// storage doesn't have, such as the key of a device.
pub fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Option<BTreeMap<String, String>>, D::Error> {
    let given = Option::<BTreeMap<String, Option<String>>>::deserialize(from)?;
    Ok(given.map(|given| given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()))
}

/// The answer of an operation that has nothing to say.
pub fn nothing() -> Value {
    json!({})
}
