//! What stands in a request's headers, piece by piece and as bytes: one piece that is no text, or that somebody
//! else wrote, takes none of the others with it.

use http::{HeaderMap, HeaderName};

/// The elements of a list, such as `gzip, br`, over all headers of that name.
pub fn list<'a>(headers: &'a HeaderMap, name: &'a HeaderName) -> impl DoubleEndedIterator<Item = &'a [u8]> {
    split(headers, name, b',')
}

/// The name and value of every cookie, in the order in which the browser sends them.
pub fn cookies<'a>(
    headers: &'a HeaderMap,
    name: &'a HeaderName,
) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
    split(headers, name, b';').filter_map(|cookie| {
        let at = cookie.iter().position(|byte| *byte == b'=')?;
        let (name, value) = cookie.split_at(at);
        Some((name.trim_ascii(), value.strip_prefix(b"=")?.trim_ascii()))
    })
}

fn split<'a>(
    headers: &'a HeaderMap,
    name: &'a HeaderName,
    between: u8,
) -> impl DoubleEndedIterator<Item = &'a [u8]> {
    let all = headers.get_all(name).iter();
    all.flat_map(move |header| header.as_bytes().split(move |byte| *byte == between)).map(<[u8]>::trim_ascii)
}

/// What stands in front of an element's parameters: `text/html` of `text/html;q=0.9`.
pub fn without_parameters(element: &[u8]) -> &[u8] {
    element.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use http::header::{ACCEPT, COOKIE};

    fn headers(name: &HeaderName, values: &[&[u8]]) -> HeaderMap {
        let value = |bytes: &&[u8]| (name.clone(), HeaderValue::from_bytes(bytes).unwrap());
        values.iter().map(value).collect()
    }

    #[test]
    fn list_with_an_unreadable_element_keeps_the_others() {
        let headers = headers(&ACCEPT, &[b"text/html;q=0.9 , J\xf6rg", b"\xff\xfe,,image/png"]);
        let found: Vec<_> = list(&headers, &ACCEPT).map(without_parameters).collect();
        assert_eq!(found, [&b"text/html"[..], b"J\xf6rg", b"\xff\xfe", b"", b"image/png"]);
    }

    #[test]
    fn cookies_beside_unreadable_ones_are_found() {
        let headers = headers(&COOKIE, &[b"visitor=J\xf6rg; nonsense; a=1", b"b = 2=3;; =x; c="]);
        let found: Vec<_> = cookies(&headers, &COOKIE).collect();
        let expected: [(&[u8], &[u8]); 5] =
            [(b"visitor", b"J\xf6rg"), (b"a", b"1"), (b"b", b"2=3"), (b"", b"x"), (b"c", b"")];
        assert_eq!(found, expected);
    }
}
