//! A key that was retired is needed for nothing any more.

use crate::factors::app::shown_by;
use crate::factors::change::{self, Wish};
use crate::factors::recovery_codes;
use crate::factors::set_up_app::{self, Then};
use crate::maintenance::open::open;
use crate::maintenance::{RetireError, Retired, retire_keys};
use crate::sign_in::for_tokens;
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::password::{self, SignIn};
use crate::sign_in::second_factor;
use crate::sign_up::confirm;
use crate::sign_up::confirmation::Who;
use crate::testing::{PASSWORD, TestPool, entering, origin};
use crate::{Context, Parts};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Factor, Password};
use nameplate_core::entropy::{SeededEntropy, SystemEntropy};
use nameplate_core::identity::{SignedInBy, Viewer};
use nameplate_core::keys::{Keys, sealed_with};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::sealed::SealedColumn;
use store::transfer::copy::{Value, page};
use store::transfer::tables::{Kind, TABLES};
use store::{Role, StoreError};

/// Columns of bytes in which nothing is sealed: digests, random numbers, and what is public.
const NOT_SEALED: [&str; 19] = [
    "former_subs.digest",
    "codes.issue",
    "codes.digest",
    "sign_up_tickets.hash",
    "requested_codes.issue",
    "requested_codes.digest",
    "requested_codes.network",
    "requesters.issue",
    "requesters.requester",
    "requesters.network",
    "known_origins.digest",
    "sessions.hash",
    "refresh_tokens.family",
    "refresh_tokens.current",
    "refresh_tokens.previous",
    "recovery_codes.digest",
    "challenges.hash",
    "passkeys.credential",
    "passkeys.public_key",
];
const NOT_SEALED_EITHER: [&str; 18] = [
    "decoy_requested_codes.issue",
    "decoy_requested_codes.digest",
    "decoy_requested_codes.network",
    "decoy_requesters.issue",
    "decoy_requesters.requester",
    "decoy_requesters.network",
    "decoy_outbox.issue",
    // Sealed, and gone within two days: nothing is ever opened but to let another request for nobody join it.
    "decoy_outbox.payload",
    "passkeys.state",
    "limits.key",
    "outbox.issue",
    "undoable_changes.hash",
    "former_contacts.change",
    "former_factors.change",
    "former_recovery_codes.change",
    "former_recovery_codes.digest",
    "former_passkeys.change",
    "former_passkeys.credential",
];

fn parts(pool: &TestPool, keys: Keys, role: Role, store: store::Store) -> Parts {
    let clock = Arc::new(pool.clock.clone());
    Parts { store, clock, entropy: Arc::new(SystemEntropy), keys, role, settings: pool.settings().clone() }
}

async fn opened(pool: &TestPool, keys: &Keys, role: Role) -> Result<Context, crate::Unavailable> {
    let store = pool.place().open().await.unwrap();
    open(parts(pool, keys.clone(), role, store)).await
}

async fn retired(ctx: &Context) -> Result<Retired, RetireError> {
    retire_keys(ctx, &mut |_| {}).await
}

/// The keys of a pool, and those with another one in front.
fn rotated(pool: &TestPool) -> (Keys, Keys) {
    let new = Keys::generate(&SeededEntropy::new(77));
    let both = new.before(&Keys::from_text(&pool.keys.to_text()).unwrap());
    (new, both)
}

/// What people have in their hands.
struct Held {
    /// The secret of an authenticator app.
    app: String,
    recovery_code: String,
    sign_up_code: String,
}

/// People with everything that is sealed.
async fn careful(pool: &TestPool) -> Held {
    let viewer = pool.fresh(&pool.signed_in("careful", "careful@domain.com").await);
    let app = set_up_app::set_up_app(pool, &viewer, &origin()).await.unwrap().text;
    let code = shown_by(&app, pool.time()).unwrap();
    set_up_app::confirm_app(pool, &viewer, &code, Then::AskForIt, &origin()).await.unwrap();
    let recovery_code = recovery_codes::recovery_codes(pool, &viewer).await.unwrap().remove(0);
    let application = Viewer { by: SignedInBy::Tokens, ..viewer };
    set_up_app::set_up_app(pool, &application, &origin()).await.unwrap();
    for wish in [Wish::On, Wish::Off] {
        // What was there before can be had back.
        change::change(pool, &application, &[(Factor::Email, wish)], &origin()).await.unwrap();
    }
    pool.signed_in("jdoe", "jdoe@domain.com").await;
    let form = SignIn { username: "jdoe".into(), password: Password::new(PASSWORD) };
    for_tokens::for_tokens(pool, &pool.client(), &form, &origin()).await.unwrap();
    pool.sign_up("late", "late@domain.com").await;
    pool.wait_until_sent().await;
    let sign_up_code = pool.code_for("late@domain.com").await;
    Held { app, recovery_code, sign_up_code }
}

/// What the keys are called that something is sealed with, and in which columns something is.
async fn seals(pool: &TestPool, known: &[String]) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut keys, mut columns) = (BTreeSet::new(), BTreeSet::new());
    for table in TABLES {
        let mut after: Option<Vec<Value>> = None;
        loop {
            let rows = page(pool.store(), table, after.as_deref()).await.unwrap();
            let Some(last) = rows.last() else { break };
            after = Some(last[..table.key].to_vec());
            for (value, (column, _)) in rows.iter().flat_map(|row| row.iter().zip(table.columns)) {
                let bytes = match value {
                    Value::Bytes(Some(bytes)) => bytes.clone(),
                    Value::Text(Some(text)) => STANDARD.decode(text).unwrap_or_default(),
                    Value::Bytes(None) | Value::Text(None) | Value::Number(_) => continue,
                };
                if let Some(key) = sealed_with(&bytes).filter(|key| known.contains(key)) {
                    keys.insert(key);
                    columns.insert(format!("{}.{column}", table.name));
                }
            }
        }
    }
    (keys, columns)
}

#[test]
fn sealed_columns_and_the_known_others_are_all_columns_of_bytes() {
    let columns = TABLES.iter().flat_map(|table| {
        let bytes = table.columns.iter().filter(|(_, kind)| *kind == Kind::Bytes);
        bytes.map(|(column, _)| format!("{}.{column}", table.name))
    });
    let sealed = SealedColumn::ALL.into_iter().map(|column| column.as_str());
    let known = sealed.chain(NOT_SEALED).chain(NOT_SEALED_EITHER).map(ToOwned::to_owned);
    // A new one is added to `SealedColumn`, or else to the list above.
    assert_eq!(columns.collect::<BTreeSet<_>>(), known.collect());
}

#[tokio::test]
async fn retire_keys_reseals_every_column_and_frees_the_old_key() {
    let pool = TestPool::new().await;
    let held = careful(&pool).await;
    let (new, both) = rotated(&pool);
    let all = both.fingerprints();
    let (keys, columns) = seals(&pool, &all).await;
    assert_eq!(keys, BTreeSet::from([all[1].clone()]));
    let mut listed: BTreeSet<_> = SealedColumn::ALL.iter().map(|it| it.as_str().to_owned()).collect();
    listed.insert("meta.value".to_owned());
    assert_eq!(columns, listed, "the test fills every sealed column");
    let masks = pool.keys.made_up(&[b"anything"]);

    let using = opened(&pool, &both, Role::Serves).await.unwrap();
    let refused = refusal(opened(&pool, &new, Role::Serves).await);
    assert!(matches!(&refused, StoreError::KeyNeeded { key, .. } if *key == all[1]), "{refused}");
    let done = retired(&using).await.unwrap();
    assert_eq!((&done.newest, &done.keys), (&all[0], &vec![all[1].clone()]));
    assert!(done.resealed >= SealedColumn::ALL.len() as u64, "{done:?}");
    assert_eq!(seals(&pool, &all).await, (BTreeSet::from([all[0].clone()]), listed));

    let alone = opened(&pool, &new, Role::Serves).await.unwrap();
    assert_eq!(alone.keys.made_up(&[b"anything"]), masks, "a made-up answer is the same for ever");
    works(&pool, &alone, &held).await;
}

async fn works(pool: &TestPool, alone: &Context, held: &Held) {
    pool.wait(60);
    let client = pool.client();
    let sign_in = || SignIn { username: "careful".into(), password: Password::new(PASSWORD) };
    for code in [&shown_by(&held.app, pool.time()).unwrap(), &held.recovery_code] {
        let signed_in = password::with_password(alone, &client, sign_in(), &origin()).await.unwrap();
        let SignedIn::Challenge(challenge) = signed_in else { panic!("{signed_in:?}") };
        second_factor::answer::answer(alone, &challenge.token, code, &origin()).await.unwrap();
    }
    let entered = entering(Who::Typed("late".into()), &held.sign_up_code);
    confirm::confirm_for_application(alone, &client, &entered, &origin()).await.unwrap();
    let form = SignIn { username: "jdoe".into(), password: Password::new(PASSWORD) };
    for_tokens::for_tokens(alone, &client, &form, &origin()).await.unwrap();
}

fn refusal(refused: Result<Context, crate::Unavailable>) -> StoreError {
    *refused.unwrap_err().0.downcast().unwrap()
}

#[tokio::test]
async fn retire_keys_again_or_before_the_new_one_is_used_is_refused() {
    let pool = TestPool::new().await;
    careful(&pool).await;
    let (new, both) = rotated(&pool);
    // The key file was rotated, and no node was restarted yet: what a command seals, they have to open.
    let helping = opened(&pool, &both, Role::Helps).await.unwrap();
    assert_eq!(helping.keys.fingerprints()[0], pool.keys.fingerprints()[0]);
    let refused = retired(&helping).await;
    assert!(matches!(refused, Err(RetireError::NotUsedYet { .. })), "{refused:?}");
    let using = opened(&pool, &both, Role::Serves).await.unwrap();
    retired(&using).await.unwrap();
    assert_eq!(retired(&using).await.unwrap().resealed, 0, "it may be said again");
    let alone = opened(&pool, &new, Role::Serves).await.unwrap();
    let refused = retired(&alone).await;
    assert!(matches!(refused, Err(RetireError::NothingOld(_))), "{refused:?}");
}

#[tokio::test]
async fn retire_keys_that_was_stopped_continues_where_it_was() {
    let pool = TestPool::new().await;
    careful(&pool).await;
    let (new, both) = rotated(&pool);
    let using = opened(&pool, &both, Role::Serves).await.unwrap();
    // Stopped after each of its batches in turn, until one comes to the end.
    for batches in 1.. {
        let mut seen = 0;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let mut stop = Some(stop);
        let mut progress = |_| {
            seen += 1;
            if seen == batches {
                drop(stop.take());
            }
        };
        let done = tokio::select! {
            biased;
            _ = stopped => None,
            done = retire_keys(&using, &mut progress) => Some(done),
        };
        match done {
            None if batches > 1 => {}
            None => assert!(opened(&pool, &new, Role::Helps).await.is_err(), "the old key is needed still"),
            Some(done) => {
                done.unwrap();
                assert!(batches > 4, "it was stopped in the middle");
                break;
            }
        }
    }
    opened(&pool, &new, Role::Serves).await.unwrap();
}

#[tokio::test]
async fn retire_keys_with_damaged_data_names_it_and_keeps_the_old_key() {
    let pool = TestPool::new().await;
    careful(&pool).await;
    let (new, both) = rotated(&pool);
    let using = opened(&pool, &both, Role::Serves).await.unwrap();
    let mut tx = using.store.begin().await.unwrap();
    let damage = "UPDATE factors SET secret = pending WHERE pending IS NOT NULL";
    tx.query(damage).run().await.unwrap();
    tx.query("UPDATE factors SET user_id = (SELECT MAX(id) FROM users) WHERE pending IS NOT NULL")
        .run()
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let refused = retired(&using).await.unwrap_err();
    assert!(refused.to_string().contains("authenticator apps: 1"), "{refused}");
    assert!(matches!(refusal(opened(&pool, &new, Role::Serves).await), StoreError::KeyNeeded { .. }));
}

#[tokio::test]
async fn start_without_a_key_that_digests_need_is_refused() {
    let pool = TestPool::new().await;
    pool.sign_up("late", "late@domain.com").await;
    let (new, both) = rotated(&pool);
    opened(&pool, &both, Role::Serves).await.unwrap();
    // Nothing is sealed any more, and the code is on its way.
    let mut tx = pool.store().begin().await.unwrap();
    for sql in [
        "UPDATE outbox SET payload = NULL WHERE id <> ''",
        "UPDATE sign_up_tickets SET attributes = NULL WHERE expires_at > 0",
        "DELETE FROM srp_verifiers WHERE name <> ''",
    ] {
        tx.query(sql).run().await.unwrap();
    }
    tx.commit().await.unwrap();
    let refused = refusal(opened(&pool, &new, Role::Serves).await);
    assert!(matches!(&refused, StoreError::KeyNeeded { what, .. } if what.contains("codes")), "{refused}");
    retired(&opened(&pool, &both, Role::Serves).await.unwrap()).await.unwrap();
    opened(&pool, &new, Role::Serves).await.unwrap();
}
