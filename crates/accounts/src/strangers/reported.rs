//! What strangers could once do, step by step as it was reported.

use crate::admin::reset_user_password;
use crate::password::{confirm_forgot, forgot};
use crate::sign_in::password::{self, SignIn};
use crate::sign_up::confirmation::Who;
use crate::sign_up::start::{self, SignUp};
use crate::sign_up::{confirm, resend};
use crate::strangers::operations::{ADDRESS, Typed, place};
use crate::strangers::scene::{Kind, Scene, WRONG_CODE, World, home, reset};
use crate::testing::{PASSWORD, entering, form, origin_at};
use model::Password;
use nameplate_core::identity::{BrowserId, Origin};

const NEW: &str = "owners+New-Password-1";

fn network(number: usize) -> Origin {
    origin_at(&format!("198.51.100.{number}"))
}

/// A browser that the owner has never signed in with, elsewhere.
fn away() -> Origin {
    origin_at("203.0.113.77").in_browser(BrowserId::parse(&"w".repeat(43)).unwrap())
}

/// The stranger's answers to these requests for a new password, and to two sign-ups with the owner's address
/// after them.
async fn oracle(kind: Kind, world: World, typed: Typed) -> (Vec<String>, Vec<bool>) {
    let scene = Scene::new(kind, world, 90_000).await;
    let (mut asked, mut signed_up) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        asked.push(format!("{:?}", forgot::forgot(&scene.pool, typed.text(), &place(0)).await));
        scene.test.wait(300);
    }
    for name in ["stranger1", "stranger2"] {
        let form = form(name, &[("email", ADDRESS)]);
        signed_up.push(start::start(&scene.pool, &scene.test.client(), form, &place(0)).await.is_ok());
    }
    (asked, signed_up)
}

#[tokio::test]
async fn sign_up_after_four_reset_requests_tells_nothing_about_the_address() {
    for kind in [Kind::Usernames, Kind::EmailOnly] {
        for typed in [Typed::Address(false), Typed::Name(false)] {
            let nobody = oracle(kind, World::Nobody, typed).await;
            assert_eq!(nobody.1, [true, true], "{kind:?} {typed:?}");
            for world in [World::Account, World::Waiting] {
                assert_eq!(oracle(kind, world, typed).await, nobody, "{kind:?} {world:?} {typed:?}");
            }
        }
    }
}

/// The owner asks for a new password from a browser that nobody knows, and follows her mail.
async fn resets_within_the_hour(scene: &Scene, from: &Origin) {
    let asked_at = scene.test.time();
    forgot::forgot(&scene.pool, ADDRESS, from).await.unwrap();
    let until = asked_at.plus(std::time::Duration::from_secs(3600));
    let came = scene.test.messages_between(ADDRESS, (asked_at, until)).await;
    let (at, message) = came.last().expect("a message within the hour");
    scene.advance_to(*at);
    confirm_forgot::confirm_forgot(&scene.pool, reset(ADDRESS, message.code().unwrap(), NEW), from)
        .await
        .unwrap();
    scene.belongs_to_owner(ADDRESS, NEW).await;
}

#[tokio::test]
async fn forgot_password_by_five_strangers_blocks_no_owner_or_administrator() {
    let scene = Scene::new(Kind::Usernames, World::Account, 90_000).await;
    for number in 0..5 {
        forgot::forgot(&scene.pool, "jdoe", &network(number)).await.unwrap();
    }
    let before = scene.test.codes_due_to(ADDRESS).await.len();
    reset_user_password::reset_user_password(&scene.pool, "jdoe").await.unwrap();
    assert_eq!(
        scene.test.codes_due_to(ADDRESS).await.len(),
        before + 1,
        "the administrator's is sent at once"
    );
    resets_within_the_hour(&scene, &away()).await;
}

#[tokio::test]
async fn forgot_password_for_days_by_strangers_leaves_the_owner_a_code() {
    let scene = Scene::new(Kind::Usernames, World::Account, 90_000).await;
    for round in 0..60 {
        for number in 0..3 {
            _ = forgot::forgot(&scene.pool, "jdoe", &network(number + 3 * (round % 20))).await;
        }
        scene.test.wait(900);
    }
    resets_within_the_hour(&scene, &away()).await;
}

#[tokio::test]
async fn sign_up_by_strangers_with_an_address_leaves_its_owner_the_reset() {
    let scene = Scene::new(Kind::Usernames, World::Account, 90_000).await;
    for number in 0..4 {
        let form = form(&format!("stranger{number}"), &[("email", ADDRESS)]);
        start::start(&scene.pool, &scene.test.client(), form, &place(0)).await.unwrap();
    }
    let due = scene.test.codes_due_to(ADDRESS).await.len();
    forgot::forgot(&scene.pool, ADDRESS, &away()).await.unwrap();
    assert_eq!(
        scene.test.codes_due_to(ADDRESS).await.len(),
        due + 1,
        "at once: notices don't count against it"
    );
    scene.test.wait(60);
    resets_within_the_hour(&scene, &away()).await;
}

#[tokio::test]
async fn reset_with_wrong_codes_of_strangers_keeps_the_owners_code() {
    let scene = Scene::new(Kind::Usernames, World::Account, 90_000).await;
    let owner = away();
    forgot::forgot(&scene.pool, ADDRESS, &owner).await.unwrap();
    let code = scene.test.code_for(ADDRESS).await;
    for number in 0..12 {
        for name in ["jdoe", ADDRESS] {
            _ = forgot::forgot(&scene.pool, name, &network(number)).await;
            for _ in 0..7 {
                let tried = confirm_forgot::confirm_forgot(
                    &scene.pool,
                    reset(name, WRONG_CODE, PASSWORD),
                    &network(number),
                )
                .await;
                assert!(tried.is_err());
            }
        }
        scene.test.wait(60);
    }
    confirm_forgot::confirm_forgot(&scene.pool, reset(ADDRESS, &code, NEW), &owner).await.unwrap();
    scene.belongs_to_owner(ADDRESS, NEW).await;
}

#[tokio::test]
async fn confirm_with_wrong_codes_of_strangers_keeps_the_owners_code() {
    for kind in [Kind::Usernames, Kind::EmailOnly] {
        let scene = Scene::new(kind, World::Nobody, 0).await;
        let ticket = scene.owner_signs_up().await.ticket;
        let code = scene.test.code_for(ADDRESS).await;
        for number in 0..12 {
            for name in ["jdoe", ADDRESS] {
                _ = resend::resend(&scene.pool, &Who::Typed(name.into()), &network(number)).await;
                for _ in 0..7 {
                    assert!(
                        scene.test.confirm_by_name_from(&network(number), name, WRONG_CODE).await.is_err()
                    );
                }
            }
            scene.test.wait(60);
        }
        let done = confirm::confirm(
            &scene.pool,
            &scene.test.client(),
            &entering(Who::Ticket(ticket), &code),
            &home(),
        )
        .await
        .unwrap();
        assert!(done.session.is_some(), "{kind:?}: nobody contested it");
    }
}

#[tokio::test]
async fn confirm_on_the_wire_finds_the_contact_this_network_asked_for() {
    let scene = Scene::new(Kind::Usernames, World::Nobody, 0).await;
    let client = scene.test.client();
    let sign_up = async |address: &str, password: &str, from: &Origin| {
        let form = SignUp { password: Password::new(password), ..form("jdoe", &[("email", address)]) };
        start::start(&scene.pool, &client, form, from).await.unwrap()
    };
    // The stranger's second code of the owner's address waits to be sent when she asks: she shares it.
    sign_up(ADDRESS, "strangers+Password-1", &place(0)).await;
    sign_up(ADDRESS, "strangers+Password-1", &place(0)).await;
    let owner = Origin { browser: None, ..home() };
    sign_up(ADDRESS, PASSWORD, &owner).await;
    for number in 0..4 {
        scene.test.wait(1);
        sign_up(&format!("stranger{number}@elsewhere.com"), "strangers+Password-1", &place(1)).await;
    }
    scene.test.wait_until_sent().await;
    let code = scene.test.code_for(ADDRESS).await;
    scene.test.confirm_by_name_from(&owner, "jdoe", &code).await.unwrap();
}

/// What a stranger hears of a hundred wrong passwords from twenty networks, and of some more elsewhere.
async fn heard_guessing(kind: Kind, world: World, typed: Typed) -> Vec<String> {
    let scene = Scene::new(kind, world, 90_000).await;
    let client = scene.test.client();
    let guess = async |from: &Origin| {
        let form = SignIn { username: typed.text().into(), password: Password::new("nobodys+Password-1") };
        format!("{:?}", password::with_password(&scene.pool, &client, form, from).await)
    };
    let mut heard = Vec::new();
    for number in 0..100 {
        heard.push(guess(&network(number % 20)).await);
    }
    for _ in 0..3 {
        for from in [origin_at("2001:db8:1:2::1"), origin_at("2001:db8:1:3::1"), away()] {
            heard.push(guess(&from).await);
        }
        scene.test.wait(30);
    }
    if world == World::Account {
        scene.belongs_to_owner(typed.text(), PASSWORD).await;
    }
    heard
}

#[tokio::test]
async fn sign_in_guesses_from_many_networks_tell_nothing_and_lock_nobody_out() {
    for kind in [Kind::Usernames, Kind::EmailOnly] {
        let typed = if kind == Kind::Usernames { Typed::Name(false) } else { Typed::Address(true) };
        let nobody = heard_guessing(kind, World::Nobody, typed).await;
        assert!(nobody[..100].iter().all(|it| it.contains("WrongCredentials")), "{nobody:?}");
        assert!(nobody[101].contains("Wait { seconds: 30 }"), "one site: {nobody:?}");
        for world in [World::Account, World::Waiting] {
            assert_eq!(heard_guessing(kind, world, typed).await, nobody, "{kind:?} {world:?}");
        }
    }
}
