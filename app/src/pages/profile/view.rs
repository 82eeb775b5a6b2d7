//! A profile in the words of its page.

use super::contact_page::ContactPage;
use crate::attribute_groups::AttributeGroup;
use crate::form::account::account_field;
use crate::text::{self, Around};
use accounts::Settings;
use accounts::attributes::Profile;
use leptos::either::Either;
use leptos::prelude::*;
use model::{AttributeName, Format, Schema, Standard};
use std::collections::BTreeMap;

/// The state of a value, as a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Badge {
    Verified,
    Unverified,
    /// Not in force yet: it waits for its code.
    Waiting,
}

/// One line of the profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    /// The attribute; a pending change names the attribute that it is about.
    pub name: String,
    pub group: AttributeGroup,
    pub label: String,
    /// Empty: not filled in.
    pub text: String,
    pub is_link: bool,
    pub badge: Option<Badge>,
    /// Why it can't be edited, where that isn't plain.
    pub note: Option<&'static str>,
    /// Where it is changed, and what the link is called.
    pub change: Option<(&'static str, &'static str)>,
    /// The form that sends a code to a contact which nobody has proven.
    pub verify: Option<&'static str>,
}

/// A profile as its page shows it: only what the page's app client may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProfileView {
    pub person: String,
    pub initials: String,
    pub facts: Vec<Fact>,
    pub json: String,
    pub latest_event: i64,
}

/// The whole profile: only what the client may read is in it.
pub(super) fn of(profile: &Profile, settings: &Settings) -> ProfileView {
    let schema = &settings.schema;
    let readable = schema.definitions().filter(|it| profile.writable.may_read(&it.name));
    // A verified flag is the badge of its contact, not a line of its own.
    let lines = readable.filter(|it| it.format != Format::Boolean || it.name.is_custom());
    let facts = lines
        .flat_map(|it| [Some(fact(&it.name, profile, settings)), pending(&it.name, profile)])
        .flatten()
        .collect();
    let person = person_of(profile);
    ProfileView {
        initials: initials(&person),
        person,
        facts,
        json: profile.attributes_json(),
        latest_event: profile.latest_event,
    }
}

fn fact(name: &AttributeName, profile: &Profile, settings: &Settings) -> Fact {
    let schema = &settings.schema;
    let stored = profile.attributes.get(name).map(String::as_str).unwrap_or_default();
    let (contact, badge) = (ContactPage::of(name), badge(name, profile, stored));
    // Where a code is on its way already, or a change, its page is the place to go on.
    let asks = |page: &ContactPage| {
        settings.reaches_contact(page.kind, stored)
            && page.waiting(profile).is_none()
            && badge == Some(Badge::Unverified)
    };
    let changeable = profile.writable.may_write(name) && schema.get(name).is_some_and(|it| it.mutable);
    let note = (!stored.is_empty() && !changeable && name.is_custom()).then_some(text::words().cant_change());
    let to_page = |page: ContactPage| {
        let proving = page.waiting(profile).is_some_and(|it| it.value == stored);
        if proving { text::words().enter_the_code() } else { page.words.update() }
    };
    let change = contact.filter(|_| changeable).map(|page| (page.path(), to_page(page)));
    let nothing_yet = stored.is_empty() && change.is_some();
    Fact {
        name: name.to_string(),
        group: AttributeGroup::of(name),
        label: text::label(name, schema),
        text: if nothing_yet { text::words().none_yet().to_owned() } else { shown(name, stored, schema) },
        is_link: is_link(name, stored),
        badge,
        note,
        change,
        verify: contact.filter(asks).map(|page| page.forms[2]),
    }
}

/// The line below a contact that is about to be replaced.
fn pending(name: &AttributeName, profile: &Profile) -> Option<Fact> {
    let page = ContactPage::of(name)?;
    let pending = page.waiting(profile)?;
    let stored = page.now(profile) == Some(pending.value.as_str());
    (!stored).then(|| Fact {
        name: format!("{name} (new)"),
        group: AttributeGroup::of(name),
        label: text::words().will_become().to_owned(),
        text: page.shown(&pending.value),
        is_link: false,
        badge: Some(Badge::Waiting),
        note: None,
        change: Some((page.path(), text::words().enter_the_code())),
        verify: None,
    })
}

fn badge(name: &AttributeName, profile: &Profile, stored: &str) -> Option<Badge> {
    let flag = name.standard()?.verified_flag()?;
    if stored.is_empty() || !profile.writable.may_read(&flag.into()) {
        return None;
    }
    let verified = profile.attributes.get(&flag.into()).is_some_and(|value| value == "true");
    Some(if verified { Badge::Verified } else { Badge::Unverified })
}

/// A stored value in words: dates as days, languages by their name, the rest as it is.
fn shown(name: &AttributeName, stored: &str, schema: &Schema) -> String {
    if stored.is_empty() {
        return String::new();
    }
    let words = match name.standard() {
        Some(Standard::UpdatedAt) => stored
            .parse()
            .ok()
            .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
            .map(|at| at.strftime("%-d %B %Y, %H:%M UTC").to_string()),
        Some(Standard::Birthdate) => stored
            .parse::<jiff::civil::Date>()
            .ok()
            .filter(|_| !stored.starts_with("0000"))
            .map(|day| day.strftime("%-d %B %Y").to_string()),
        Some(Standard::PhoneNumber) => crate::lists::readable_phone(stored),
        Some(Standard::Locale) => crate::lists::language_name(stored),
        Some(Standard::Zoneinfo) => Some(stored.replace('_', " ")),
        Some(
            Standard::Sub
            | Standard::Email
            | Standard::EmailVerified
            | Standard::PhoneNumberVerified
            | Standard::Name
            | Standard::GivenName
            | Standard::MiddleName
            | Standard::FamilyName
            | Standard::Nickname
            | Standard::PreferredUsername
            | Standard::Gender
            | Standard::Address
            | Standard::Website
            | Standard::Profile
            | Standard::Picture,
        ) => None,
        None if schema.get(name).is_some_and(|it| it.format == Format::Boolean) => Some(
            if stored == "true" { text::words().yes_choice() } else { text::words().no_choice() }.to_owned(),
        ),
        None => None,
    };
    words.unwrap_or_else(|| stored.to_owned())
}

/// URL attributes become links only for http and https.
fn is_link(name: &AttributeName, stored: &str) -> bool {
    let url = matches!(name.standard(), Some(Standard::Website | Standard::Profile | Standard::Picture));
    url && (stored.starts_with("https://") || stored.starts_with("http://"))
}

/// What the plate says: the name, or its parts, or the nickname, or the username.
fn person_of(profile: &Profile) -> String {
    let get =
        |name: Standard| profile.attributes.get(&name.into()).filter(|value| !value.is_empty()).cloned();
    let parts: Vec<_> = [get(Standard::GivenName), get(Standard::FamilyName)].into_iter().flatten().collect();
    let parts = (!parts.is_empty()).then(|| parts.join(" "));
    get(Standard::Name)
        .or(parts)
        .or_else(|| get(Standard::Nickname))
        .unwrap_or_else(|| profile.username.clone())
}

fn initials(person: &str) -> String {
    let words: Vec<_> = person.split_whitespace().filter_map(|word| word.chars().next()).collect();
    let ends = match words.as_slice() {
        [first, .., last] => vec![*first, *last],
        all => all.to_vec(),
    };
    ends.into_iter().flat_map(char::to_uppercase).collect()
}

/// The HTML of each part that follows what is stored, by its `data-live` name.
pub(super) fn parts(view: &ProfileView) -> BTreeMap<String, String> {
    let groups = AttributeGroup::ALL.map(|group| (group.as_str().to_owned(), rows(view, group).to_html()));
    let plate =
        [("initials", view.initials.clone()), ("person", view.person.clone()), ("json", view.json.clone())];
    let plate = plate.map(|(name, words)| (name.to_owned(), words.into_view().to_html()));
    groups.into_iter().chain(plate).collect()
}

/// The person's name and initials, on the plate.
pub(super) fn person(view: &ProfileView, username: &str, focus: bool) -> impl IntoView + use<> {
    let Around { before, after } = Around::of(|name| text::words().profile_of(name));
    view! {
        <header class="plate person">
            <span class="initials" aria-hidden="true" data-live="initials">{view.initials.clone()}</span>
            <div>
                <h1 tabindex="-1" autofocus=focus><span class="vh">{before}</span><bdi data-live="person">{view.person.clone()}</bdi><span class="vh">{after}</span></h1>
                <p><bdi>{username.to_owned()}</bdi></p>
            </div>
        </header>
    }
}

/// The facts of one group.
pub(super) fn facts(view: &ProfileView, group: AttributeGroup) -> impl IntoView + use<> {
    view! { <dl class="rows" data-live=group.as_str()>{rows(view, group)}</dl> }
}

fn rows(view: &ProfileView, group: AttributeGroup) -> impl IntoView + use<> {
    let facts = view.facts.iter().filter(|fact| fact.group == group);
    let (given, missing): (Vec<_>, Vec<_>) =
        facts.cloned().partition(|fact| !fact.text.is_empty() || fact.change.is_some());
    let missing = missing.into_iter().map(|fact| fact.label).collect::<Vec<_>>().join(", ");
    let missing = (!missing.is_empty()).then(
        || view! { <div><dt>{text::words().not_filled_in()}</dt><dd><span class="soft">{missing}</span></dd></div> },
    );
    view! { {given.into_iter().map(row).collect_view()}{missing} }
}

fn row(fact: Fact) -> impl IntoView {
    let badge = fact.badge.map(|badge| {
        let (class, word) = match badge {
            Badge::Verified => ("badge ok", text::words().verified()),
            Badge::Unverified => ("badge", text::words().unverified()),
            Badge::Waiting => ("badge wait", text::words().waiting()),
        };
        view! { <span class=class>{word}</span> }
    });
    let value = if fact.is_link {
        Either::Left(
            view! { <a href=fact.text.clone() rel="noopener nofollow"><bdi>{fact.text.clone()}</bdi></a> },
        )
    } else {
        Either::Right(view! { <bdi>{fact.text}</bdi> })
    };
    let note = fact.note.map(|note| view! { <span class="soft small">{note}</span> });
    let change = fact.change.map(|(href, words)| view! { <a class="button slim" href=href>{words}</a> });
    // Without a form's island: these rows are replaced while the page is open, and nothing would wake it.
    let label = fact.label.clone();
    let verify = fact.verify.map(|action| {
        view! { <form method="post" action=action>{account_field()}<button class="button slim">{text::words().verify()}<span class="vh">" "{label}</span></button></form> }
    });
    let actions =
        (change.is_some() || verify.is_some()).then(|| view! { <dd class="actions">{verify}{change}</dd> });
    view! {
        <div data-attribute=fact.name>
            <dt>{fact.label}</dt>
            <dd><span class="value">{value}{badge}{note}</span></dd>
            {actions}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_of_a_name_are_its_first_and_last() {
        assert_eq!(initials("Jane Doe"), "JD");
        assert_eq!(initials("jane van der doe"), "JD");
        assert_eq!(initials("jdoe"), "J");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn is_link_is_true_only_for_a_web_address_in_website() {
        assert!(is_link(&Standard::Website.into(), "https://jane.example"));
        for hostile in ["javascript:alert(1)", "data:text/html,x", "jane.example", " https://x"] {
            assert!(!is_link(&Standard::Website.into(), hostile), "{hostile}");
        }
        assert!(!is_link(&Standard::Nickname.into(), "https://jane.example"));
    }
}
