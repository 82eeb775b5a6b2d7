//! What a stranger's request costs is the same for somebody, for nobody, and for what waits: the statements that
//! are run, the passwords that are hashed, at which costs, and the rows that are queued. Time follows from these.

use crate::limits::ceiling;
use crate::password::hasher::Cost;
use crate::sign_up::start::{self, SignUp};
use crate::strangers::operations::{Operation, Typed, place};
use crate::strangers::scene::{Kind, Scene, World};
use crate::testing::form;
use model::Password;
use nameplate_core::identifiers::ContactKind;
use std::collections::BTreeMap;
use store::testing::statements;
use store::transfer::tables::TABLES;

/// What a request costs.
#[derive(Debug, PartialEq, Eq)]
struct Work {
    statements: Vec<String>,
    hashes: Vec<Cost>,
    /// How many each table has more than before.
    rows: BTreeMap<&'static str, i64>,
}

async fn rows(scene: &Scene) -> BTreeMap<&'static str, i64> {
    let mut conn = scene.pool.store().read().await.unwrap();
    let mut counted = BTreeMap::new();
    // A counter is a row that is there or not yet; that it is written is among the statements.
    for table in TABLES.iter().filter(|table| table.name != "limits") {
        let query = conn.query_composed(format!("SELECT COUNT(*) FROM {}", table.name));
        counted.insert(table.name, query.optional().await.unwrap().unwrap().get(0).unwrap());
    }
    counted
}

/// Each of these requests in a row, from the stranger's first place.
async fn work(kind: Kind, world: World, operation: &Operation, times: usize) -> Vec<Work> {
    let mut scene = Scene::new(kind, world, 90_000).await;
    // A node that has sent nothing for an hour asks for its slice of the ceiling first.
    ceiling::take_one(&scene.pool, ContactKind::Email).await.unwrap().unwrap();
    let mut done = Vec::new();
    for _ in 0..times {
        let before = rows(&scene).await;
        scene.pool.passwords.take_computed();
        let (_, statements) = statements::traced(scene.act(operation, &place(0))).await;
        let hashes = scene.pool.passwords.take_computed();
        let after = rows(&scene).await;
        let mut more = BTreeMap::new();
        for (table, count) in after {
            // What is nobody's is in tables of their own, which are alike.
            *more.entry(table.trim_start_matches("decoy_")).or_default() += count - before[table];
        }
        more.retain(|_, count| *count != 0);
        let statements = statements.into_iter().map(|sql| sql.replace("decoy_", "")).collect();
        let rows = more;
        done.push(Work { statements, hashes, rows });
        scene.test.wait(31);
    }
    done
}

/// What differs, in words.
fn differences(one: &Work, other: &Work) -> String {
    let mut told = String::new();
    if one.statements != other.statements {
        let lines: Vec<_> = similar(&one.statements, &other.statements);
        told += &format!("statements:\n{}\n", lines.join("\n"));
    }
    if one.hashes != other.hashes {
        told += &format!("hashes: {:?} {:?}\n", one.hashes, other.hashes);
    }
    if one.rows != other.rows {
        told += &format!("rows: {:?} {:?}\n", one.rows, other.rows);
    }
    told
}

/// The longest common part as it is, and what only one of them has.
fn similar(one: &[String], other: &[String]) -> Vec<String> {
    let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let end = one[same..].iter().rev().zip(other[same..].iter().rev()).take_while(|(a, b)| a == b).count();
    let part = |sign: &str, of: &[String]| {
        of[same..of.len() - end].iter().map(|sql| format!("  {sign} {sql}")).collect::<Vec<_>>()
    };
    [vec![format!("  … {same} the same")], part("-", one), part("+", other)].concat()
}

async fn compare(kind: Kind, operation: Operation) -> String {
    let mut told = String::new();
    let nobody = work(kind, World::Nobody, &operation, 3).await;
    for world in [World::Account, World::Waiting] {
        let somebody = work(kind, world, &operation, 3).await;
        for (time, (one, other)) in nobody.iter().zip(&somebody).enumerate() {
            let different = differences(one, other);
            if !different.is_empty() {
                told += &format!("{kind:?} {operation:?}, time {time}, nobody and {world:?}:\n{different}");
            }
        }
    }
    told
}

/// The names that a stranger can try, in both kinds of pool.
const NAMES: [(Kind, Typed); 3] = [
    (Kind::Usernames, Typed::Name(false)),
    (Kind::Usernames, Typed::Address(false)),
    (Kind::EmailOnly, Typed::Address(false)),
];

#[tokio::test]
async fn work_for_a_wrong_password_is_the_same_for_somebody_and_nobody() {
    let mut told = String::new();
    for (kind, typed) in NAMES {
        for operation in [Operation::SignIn(typed), Operation::SignInForTokens(typed), Operation::Srp(typed)]
        {
            told += &compare(kind, operation).await;
        }
    }
    assert!(told.is_empty(), "{told}");
}

#[tokio::test]
async fn work_for_a_wrong_code_is_the_same_for_somebody_and_nobody() {
    let mut told = String::new();
    for (kind, typed) in NAMES {
        for operation in [Operation::ConfirmForgotPassword(typed), Operation::Confirm(typed)] {
            told += &compare(kind, operation).await;
        }
    }
    assert!(told.is_empty(), "{told}");
}

#[tokio::test]
async fn work_for_a_code_that_is_asked_for_is_the_same_for_somebody_and_nobody() {
    let mut told = String::new();
    for (kind, typed) in NAMES {
        for operation in [Operation::ForgotPassword(typed), Operation::Resend(typed)] {
            told += &compare(kind, operation).await;
        }
    }
    assert!(told.is_empty(), "{told}");
}

#[tokio::test]
async fn work_for_a_look_at_a_pending_reset_is_the_same_for_somebody_and_nobody() {
    let mut told = String::new();
    for (kind, typed) in NAMES {
        told += &compare(kind, Operation::PendingReset(typed)).await;
    }
    assert!(told.is_empty(), "{told}");
}

#[tokio::test]
async fn work_for_a_repeated_sign_up_hashes_as_often_as_the_first_one() {
    // Its canonical form is another text: a comparison with an old hash takes both.
    let password = "stra\u{308}nge+Password-1";
    let mut hashed = Vec::new();
    for world in [World::Nobody, World::Waiting] {
        let scene = Scene::new(Kind::Usernames, world, 90_000).await;
        let form = form("jdoe", &[("email", "me@domain.com")]);
        let form = SignUp { password: Password::new(password), ..form };
        scene.pool.passwords.take_computed();
        start::start(&scene.pool, &scene.test.client(), form, &place(0)).await.unwrap();
        hashed.push(scene.pool.passwords.take_computed());
    }
    assert_eq!(hashed[0].len(), 1);
    assert_eq!(hashed[0], hashed[1]);
}
