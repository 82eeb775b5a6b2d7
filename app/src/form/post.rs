//! How a form's server function is called: a form post in, JSON or the typed refusal out. Unlike the
//! framework's own encoding it refuses what the function didn't declare.

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
        let args = parse(&form).map_err(|why| ServerFnErrorErr::Args(why).into_app_error())?;
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
    fn attributes_arrive_as_a_map_however_the_browser_writes_the_brackets() {
        let form = "attributes%5Bcustom%3Ateam%5D=x&attributes[given_name]=&attributes[email]=a%2Bb%40c.de";
        let args: Args = super::parse(form).unwrap();
        assert_eq!(args.attributes["custom:team"], "x");
        assert_eq!(args.attributes["given_name"], "");
        assert_eq!(args.attributes["email"], "a+b@c.de");
    }

    #[test]
    fn what_was_not_declared_or_stands_twice_is_refused() {
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
