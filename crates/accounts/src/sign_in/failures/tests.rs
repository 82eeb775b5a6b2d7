use crate::error::CommonError;
use crate::sign_in::outcome::{SignInError, SignedIn};
use crate::sign_in::password::{self, SignIn};
use crate::sign_in::srp::{self, Proof, SrpError};
use crate::testing::{PASSWORD, SrpClient, TestPool, origin, origin_at};
use model::Password;
use nameplate_core::identity::{BrowserId, Origin};

/// What a try comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    SignedIn,
    Wrong,
    Wait(u32),
}

fn told<T: std::fmt::Debug>(done: Result<T, SignInError>) -> Told {
    match done {
        Ok(_) => Told::SignedIn,
        Err(SignInError::WrongCredentials) => Told::Wrong,
        Err(SignInError::Common(CommonError::Wait { seconds })) => Told::Wait(seconds),
        Err(other) => panic!("{other:?}"),
    }
}

async fn tried(pool: &TestPool, name: &str, password: &str, from: &Origin) -> Told {
    let form = SignIn { username: name.into(), password: Password::new(password) };
    let done = password::with_password(&pool.handle(), &pool.client(), form, from).await;
    assert!(matches!(done, Ok(SignedIn::Session { .. }) | Err(_)), "{done:?}");
    told(done)
}

async fn tried_by_srp(pool: &TestPool, name: &str, password: &str, from: &Origin) -> Told {
    const TIMESTAMP: &str = "Tue Nov 3 09:05:07 UTC 2026";
    let (client, ours) = (SrpClient::new(7), pool.client());
    let challenge = srp::challenge(pool, &ours, name, &client.public(), from).await.unwrap();
    let signature = client.proof(pool.id(), &challenge, password, TIMESTAMP);
    let (username, secret_block) = (challenge.user_id, challenge.secret_block);
    let proof = Proof { username, secret_block, timestamp: TIMESTAMP.into(), signature };
    match srp::answer(pool, &ours, &proof, from).await {
        Err(SrpError::SignIn(error)) => told::<()>(Err(error)),
        done => told(Ok(done.unwrap())),
    }
}

fn network(number: u8) -> Origin {
    origin_at(&format!("203.0.113.{number}"))
}

/// Wrong passwords from so many networks, none of which has to wait.
async fn attack(pool: &TestPool, name: &str, networks: u8) {
    for number in 0..networks {
        for _ in 0..5 {
            assert_eq!(tried(pool, name, "wrong", &network(number)).await, Told::Wrong, "{name} {number}");
        }
    }
}

async fn known() -> TestPool {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    pool
}

#[tokio::test]
async fn sign_in_after_100_failures_of_a_name_has_none_free_elsewhere() {
    let pool = known().await;
    for name in ["jdoe", "me@domain.com", "nobody", "nobody@domain.com", "@"] {
        attack(&pool, name, 20).await;
        for elsewhere in [network(200), network(201), origin_at("2001:db8:1:2::1")] {
            assert_eq!(tried(&pool, name, "wrong", &elsewhere).await, Told::Wrong, "{name}");
            assert_eq!(tried(&pool, name, "wrong", &elsewhere).await, Told::Wait(30), "{name}");
        }
        assert_eq!(tried(&pool, name, "wrong", &network(0)).await, Told::Wait(1), "{name}: in a row");
    }
}

#[tokio::test]
async fn sign_in_waits_under_attack_double_from_30_seconds_to_15_minutes() {
    let pool = known().await;
    for name in ["jdoe", "nobody"] {
        attack(&pool, name, 20).await;
        for wait in [30, 60, 120, 240, 480, 900, 900] {
            assert_eq!(tried(&pool, name, "wrong", &network(200)).await, Told::Wrong, "{name} {wait}");
            assert_eq!(tried(&pool, name, "wrong", &network(200)).await, Told::Wait(wait), "{name}");
            pool.wait(u64::from(wait));
            // The attack goes on.
            for number in 0..20 {
                tried(&pool, name, "wrong", &network(number)).await;
            }
        }
    }
}

#[tokio::test]
async fn sign_in_from_networks_of_one_site_under_attack_waits_together() {
    let pool = known().await;
    attack(&pool, "jdoe", 20).await;
    assert_eq!(tried(&pool, "jdoe", "wrong", &origin_at("2001:db8:1:2::1")).await, Told::Wrong);
    assert_eq!(tried(&pool, "jdoe", "wrong", &origin_at("2001:db8:1:3::1")).await, Told::Wait(30));
    assert_eq!(tried(&pool, "jdoe", "wrong", &origin_at("2001:db8:2:3::1")).await, Told::Wrong);
}

#[tokio::test]
async fn sign_in_of_a_known_owner_under_attack_keeps_free_tries() {
    let pool = known().await;
    let browser = BrowserId::parse(&"A".repeat(43)).unwrap();
    let at_home = origin().in_browser(browser.clone());
    assert_eq!(tried(&pool, "jdoe", PASSWORD, &at_home).await, Told::SignedIn);
    attack(&pool, "jdoe", 20).await;
    for here in [origin(), network(200).in_browser(browser)] {
        for _ in 0..5 {
            assert_eq!(tried(&pool, "jdoe", "wrong", &here).await, Told::Wrong);
        }
        pool.wait(1);
        assert_eq!(tried(&pool, "jdoe", PASSWORD, &here).await, Told::SignedIn);
    }
    assert_eq!(
        tried(&pool, "jdoe", PASSWORD, &network(201)).await,
        Told::SignedIn,
        "her first try elsewhere"
    );
}

#[tokio::test]
async fn sign_in_with_the_right_password_under_attack_clears_the_wait() {
    let pool = known().await;
    attack(&pool, "jdoe", 20).await;
    assert_eq!(tried(&pool, "jdoe", "wrong", &network(200)).await, Told::Wrong);
    pool.wait(30);
    assert_eq!(tried(&pool, "jdoe", PASSWORD, &network(200)).await, Told::SignedIn);
    assert_eq!(tried(&pool, "jdoe", "wrong", &network(200)).await, Told::Wrong);
    assert_eq!(tried(&pool, "jdoe", PASSWORD, &network(200)).await, Told::SignedIn, "it is known now");
}

#[tokio::test]
async fn sign_in_an_hour_after_an_attack_has_free_failures_again() {
    let pool = known().await;
    attack(&pool, "jdoe", 20).await;
    pool.wait(3600);
    for _ in 0..5 {
        assert_eq!(tried(&pool, "jdoe", "wrong", &network(200)).await, Told::Wrong);
    }
    assert_eq!(tried(&pool, "jdoe", "wrong", &network(200)).await, Told::Wait(1));
}

#[tokio::test]
async fn sign_in_by_srp_and_password_shares_the_failures_of_a_name() {
    let pool = known().await;
    for name in ["jdoe", "nobody"] {
        for number in 0..20 {
            for _ in 0..5 {
                assert_eq!(tried_by_srp(&pool, name, "wrong", &network(number)).await, Told::Wrong, "{name}");
            }
        }
        assert_eq!(tried(&pool, name, "wrong", &network(200)).await, Told::Wrong, "{name}");
        assert_eq!(tried_by_srp(&pool, name, "wrong", &network(200)).await, Told::Wait(30), "{name}");
    }
    assert_eq!(tried_by_srp(&pool, "jdoe", PASSWORD, &origin()).await, Told::SignedIn);
}
