//! `/activity`: what happened to the account, when, from where and with which browser.

use crate::islands::Live;
use crate::layout::{Layout, PageResponse, flash_note, follow_events, heading, live_status};
use crate::request::{CurrentAccount, Flash, PageError, PageRequest};
use crate::text::{self, Around, Told};
use accounts::account::{Activity, Entry, Turn};
use leptos::prelude::*;
use model::{Page, Schema, paths};

/// The events of a day.
struct Day {
    /// As machines read it.
    date: String,
    words: String,
    entries: Vec<Entry>,
}

/// Everything the screen needs.
struct Screen {
    activity: Activity,
    days: Vec<Day>,
    schema: Schema,
    kept_for: u64,
    latest_event: i64,
    flash: Option<Flash>,
}

/// The screen.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    let CurrentAccount { viewer, .. } = request.account()?;
    let pool = &request.site.pool;
    let mut activity = accounts::account::activity(pool, &viewer, turn(&request)).await?;
    let days = days(std::mem::take(&mut activity.entries), pool.now());
    let screen = Screen {
        activity,
        days,
        schema: request.site.schema().clone(),
        kept_for: pool.settings().events.keep.as_secs() / (24 * 60 * 60),
        latest_event: request.account.as_ref().map_or(0, |account| account.profile.latest_event),
        flash: request.flash,
    };
    Ok(PageResponse::page(Page::Activity, Layout::Account { username: viewer.username }, move || {
        view! { <ActivityScreen screen/> }.into_any()
    }))
}

/// Which page is asked for. What can't be read is the newest.
fn turn(request: &PageRequest) -> Turn {
    let number = |name| request.query(name).and_then(|text| text.parse().ok());
    number("before").map(Turn::Before).or_else(|| number("after").map(Turn::After)).unwrap_or(Turn::Newest)
}

fn link(turn: Turn) -> String {
    match turn {
        Turn::Newest => paths::ACTIVITY.to_owned(),
        Turn::Before(id) => format!("{}?before={id}", paths::ACTIVITY),
        Turn::After(id) => format!("{}?after={id}", paths::ACTIVITY),
    }
}

/// The moment in UTC.
fn utc(at: accounts::Timestamp) -> jiff::Zoned {
    jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC)
}

fn days(entries: Vec<Entry>, now: accounts::Timestamp) -> Vec<Day> {
    let today = utc(now).date();
    let mut days: Vec<Day> = Vec::new();
    for entry in entries {
        let day = utc(entry.at).date();
        let date = day.to_string();
        if days.last().is_none_or(|last| last.date != date) {
            let words = match day {
                it if it == today => text::words().today().to_owned(),
                it if it.year() == today.year() => it.strftime("%A, %-d %B").to_string(),
                it => it.strftime("%A, %-d %B %Y").to_string(),
            };
            days.push(Day { date, words, entries: Vec::new() });
        }
        if let Some(last) = days.last_mut() {
            last.entries.push(entry);
        }
    }
    days
}

#[component]
fn ActivityScreen(screen: Screen) -> impl IntoView {
    let Screen { activity, days, schema, kept_for, latest_event, flash } = screen;
    let page =
        |turn: Option<Turn>, words| turn.map(|turn| view! { <a class="button" href=link(turn)>{words}</a> });
    let more = activity.newer.is_some() || activity.older.is_some();
    let links = more.then(|| {
        view! { <nav class="actions" aria-label=text::words().more_activity()>{page(activity.newer, text::words().newer())}{page(activity.older, text::words().older())}</nav> }
    });
    let Around { before, after } = Around::of(|link| text::words().activity_not_you(link));
    // An older page stays as it is.
    let follow = activity.newer.is_none().then(|| follow_events(latest_event));
    view! {
        <Live>
            <div class="groups" data-after=latest_event>
                <div class="title">
                    {heading(text::words().activity(), true)}
                    <p>{text::words().activity_intro(kept_for)}" "{before}<a href=paths::SECURITY_PASSWORD>{text::words().not_you_link()}</a>{after}</p>
                </div>
                {flash_note(flash)}
                {days.into_iter().map(|day| view! { <DayGroup day schema=schema.clone()/> }).collect_view()}
                {links}
                {follow}
                {live_status()}
            </div>
        </Live>
    }
}

#[component]
fn DayGroup(day: Day, schema: Schema) -> impl IntoView {
    let id = format!("day-{}", day.date);
    let labelled_by = id.clone();
    let rows = day.entries.into_iter().map(|entry| row(&entry, &schema)).collect_view();
    view! {
        <section class="group" aria-labelledby=labelled_by>
            <header><h2 id=id><time datetime=day.date>{day.words}</time></h2></header>
            <ol class="rows timed">{rows}</ol>
        </section>
    }
}

fn row(entry: &Entry, schema: &Schema) -> impl IntoView + use<> {
    let Told { words, refused } = text::told(&entry.event, schema);
    let at = utc(entry.at).strftime("%H:%M").to_string();
    let device = text::device(entry.device);
    view! {
        <li>
            <time datetime=entry.at.to_rfc3339()>{at}</time>
            <p class="value">{refused.then(|| view! { <span class="badge bad">{text::words().refused()}</span> })}<span>{words}</span></p>
            <p class="small soft">{device}", "<bdi>{entry.network.clone()}</bdi></p>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Event;

    #[test]
    fn days_group_events_under_the_day_they_happened() {
        const NOON: i64 = 1_795_348_800_000; // 22 November 2026
        const DAY: i64 = 24 * 60 * 60 * 1000;
        let entry = |id, at| Entry {
            id,
            event: Event::SignIn { username: "jdoe".into() },
            at: accounts::Timestamp(at),
            network: String::new(),
            device: nameplate_core::device::Device::of(""),
        };
        let entries =
            vec![entry(4, NOON), entry(3, NOON - 1), entry(2, NOON - DAY), entry(1, NOON - 400 * DAY)];
        let days = days(entries, accounts::Timestamp(NOON + 1));
        let told: Vec<_> = days.iter().map(|day| (day.words.as_str(), day.entries.len())).collect();
        assert_eq!(told, [("Today", 2), ("Saturday, 21 November", 1), ("Saturday, 18 October 2025", 1)]);
    }
}
