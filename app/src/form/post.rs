//! How a form's server function is called: a form post in, JSON or the typed refusal out. Unlike the
//! framework's own encoding it refuses what the function didn't declare.

use super::account::{self, PostedAccount};
use leptos::prelude::provide_context;
use leptos::server_fn::error::{FromServerFnError, IntoAppError, ServerFnErrorErr};
use leptos::server_fn::{Protocol, client::Client, request::Req, response::TryRes, server::Server};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;

/// `application/x-www-form-urlencoded` in, JSON out.
#[derive(Debug)]
pub struct FormPost;

impl<Args, Out, C, S, E> Protocol<Args, Out, C, S, E> for FormPost
where
    Args: DeserializeOwned + Send,
    Out: Serialize + Send,
    C: Client<E>,
    S: Server<E>,
    E: FromServerFnError,
{
    const METHOD: http::Method = http::Method::POST;

    async fn run_server<F, Fut>(request: S::Request, server_fn: F) -> Result<S::Response, E>
    where
        F: Fn(Args) -> Fut + Send,
        Fut: Future<Output = Result<Out, E>> + Send,
    {
        let form = request.try_into_string().await?;
        let refused = |why| ServerFnErrorErr::Args(why).into_app_error();
        let (form, account) = without_account(&form).map_err(refused)?;
        provide_context(account);
        let args = parse(&form).map_err(refused)?;
        let answer = encode(&server_fn(args).await?)
            .map_err(|why| ServerFnErrorErr::Serialization(why).into_app_error())?;
        S::Response::try_from_string("application/json", answer)
    }

    /// Never called: the browser's half posts what the form has, not a struct.
    async fn run_client(_path: &str, _args: Args) -> Result<Out, E> {
        Err(ServerFnErrorErr::Request(String::new()).into_app_error())
    }
}

fn encode<Out: Serialize>(answer: &Out) -> Result<String, String> {
    serde_json::to_string(answer).map_err(|why| why.to_string())
}

/// Every form of a signed-in page has this field; no function declares it.
fn without_account(form: &str) -> Result<(String, PostedAccount), String> {
    let is_account = |pair: &&str| pair.split('=').next() == Some(account::NAME);
    let sent: Vec<_> = form.split('&').filter(is_account).collect();
    let posted = match sent[..] {
        [] => None,
        [pair] => form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()),
        [..] => return Err(format!("duplicate field {}", account::NAME)),
    };
    let rest: Vec<_> = form.split('&').filter(|pair| !is_account(pair)).collect();
    Ok((rest.join("&"), PostedAccount(posted)))
}

/// Reads a posted form. A field that wasn't declared, or stands twice, is an error; attributes travel as
/// `attributes[<name>]=<value>`.
fn parse<Args: DeserializeOwned>(form: &str) -> Result<Args, String> {
    // The reader would put replacement characters where the bytes are no text.
    if form.split(['&', '=']).any(|part| percent_encoding::percent_decode_str(part).decode_utf8().is_err()) {
        return Err("not UTF-8".into());
    }
    let mut undeclared = None;
    // Not strict, because browsers encode the brackets; at depth 1 every name would be mangled.
    let config = serde_qs::Config::new(5, false);
    let reader =
        serde_qs::Deserializer::with_config(&config, form.as_bytes()).map_err(|why| why.to_string())?;
    let args = serde_ignored::deserialize(reader, |field| undeclared = Some(field.to_string()))
        .map_err(|why| why.to_string())?;
    undeclared.map_or(Ok(args), |field| Err(format!("undeclared field {field}")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    #[derive(Debug, serde::Deserialize)]
    struct Args {
        #[serde(default)]
        attributes: BTreeMap<String, String>,
    }

    #[test]
    fn parse_form_with_encoded_brackets_fills_the_attributes_map() {
        let form = "attributes%5Bcustom%3Ateam%5D=x&attributes[given_name]=&attributes[email]=a%2Bb%40c.de";
        let args: Args = super::parse(form).unwrap();
        assert_eq!(args.attributes["custom:team"], "x");
        assert_eq!(args.attributes["given_name"], "");
        assert_eq!(args.attributes["email"], "a+b@c.de");
    }

    #[test]
    fn without_account_takes_the_field_out_of_any_position() {
        for (form, rest, account) in [
            ("", "", None),
            ("account=aB-_", "", Some("aB-_")),
            ("account=", "", Some("")),
            ("account", "", Some("")),
            ("account=a%2Bb&names=x", "names=x", Some("a+b")),
            ("a=1&account=x&b=2", "a=1&b=2", Some("x")),
            ("account_=x&xaccount=y", "account_=x&xaccount=y", None),
        ] {
            let (left, posted) = super::without_account(form).unwrap();
            assert_eq!((left.as_str(), posted.0.as_deref()), (rest, account), "{form}");
        }
        super::without_account("account=x&account=x").unwrap_err();
    }

    #[test]
    fn parse_form_with_unknown_or_repeated_field_is_refused() {
        for form in [
            "attributes[a]=%ff",
            "attributes[a]=1&nope=1",
            "attributes[a]=1&attributes[a]=2",
            "attributes[a][b]=1",
            "nope",
        ] {
            assert!(super::parse::<Args>(form).is_err(), "{form}");
        }
    }
}
