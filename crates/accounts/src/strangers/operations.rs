//! What a stranger does.

use crate::testing::{StrangerOperation as Kind, origin_at};
use nameplate_core::identity::{BrowserId, Origin};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::Union;

/// The owner's name, as she writes it.
pub(crate) const OWNER: &str = "JDoe";
/// Her address.
pub(crate) const ADDRESS: &str = "Me@Domain.com";

/// Somebody who can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typed {
    /// The owner's username, in either spelling.
    Name(bool),
    /// The owner's address, likewise.
    Address(bool),
    /// The stranger's own.
    Own,
    OwnAddress,
}

impl Typed {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Name(false) => "jdoe",
            Self::Name(true) => "JDOE",
            Self::Address(false) => "me@domain.com",
            Self::Address(true) => "ME@DOMAIN.COM",
            Self::Own => "stranger",
            Self::OwnAddress => "stranger@elsewhere.com",
        }
    }
}

/// What is done by such an id in the place of a username.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ById {
    SignIn,
    Srp,
    Resend,
    Confirm,
    ForgotPassword,
    ConfirmForgotPassword,
}

/// What is there only for who has proven something.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unproven {
    /// By the ticket of an earlier sign-up.
    FirstPassword(Index),
    FormerContact(Index),
    Passkey,
    Challenge,
    RefreshToken,
    AccessToken,
    Undo,
}

/// Every kind of anonymous request. Whoever adds one adds it to [`StrangerOperation`](Kind) and here: `server`'s
/// tests compare that list with what the doors offer.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    /// `holding`: with the ticket of an earlier one, which only browsers have.
    SignUp {
        name: Typed,
        contact: Typed,
        password: u8,
        holding: Option<Index>,
    },
    /// Moves an earlier sign-up to another address.
    ChangeAddress {
        ticket: Index,
        contact: Typed,
        password: u8,
    },
    Resend(Typed),
    ResendByTicket(Index),
    /// All codes that strangers enter are wrong, and so are their passwords.
    Confirm(Typed),
    ConfirmByTicket(Index),
    ConfirmNamedWithTicket(Typed, Index),
    PendingSignUp(Index),
    ForgotPassword(Typed),
    ConfirmForgotPassword(Typed),
    PendingReset(Typed),
    SignIn(Typed),
    SignInForTokens(Typed),
    Srp(Typed),
    /// By an id that SRP has called somebody whom the stranger named.
    BySrpId(Index, ById),
    Unproven(Unproven),
    /// Time passes, in seconds.
    Wait(u32),
}

/// Where the stranger is: two networks of applications, a third by IPv6, and two browsers.
pub(crate) const PLACES: usize = 5;

pub(crate) fn place(number: usize) -> Origin {
    let browser = |digit: &str| BrowserId::parse(&digit.repeat(43)).unwrap();
    match number {
        0 => origin_at("198.51.100.1"),
        1 => origin_at("198.51.100.2"),
        2 => origin_at("2001:db8:7::1"),
        3 => origin_at("198.51.100.1").in_browser(browser("A")),
        _ => origin_at("203.0.113.9").in_browser(browser("Q")),
    }
}

/// What the stranger does next, from where, and how often in a row.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) operation: Operation,
    pub(crate) place: usize,
    pub(crate) times: u8,
}

impl Operation {
    /// An operation that has no kind doesn't compile; nor does a kind that isn't tried.
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::SignUp { .. } => Kind::SignUp,
            Self::ChangeAddress { .. } => Kind::ChangeAddress,
            Self::Resend(_) => Kind::Resend,
            Self::ResendByTicket(_) => Kind::ResendByTicket,
            Self::Confirm(_) => Kind::Confirm,
            Self::ConfirmByTicket(_) => Kind::ConfirmByTicket,
            Self::ConfirmNamedWithTicket(..) => Kind::ConfirmNamedWithTicket,
            Self::PendingSignUp(_) => Kind::PendingSignUp,
            Self::ForgotPassword(_) => Kind::ForgotPassword,
            Self::ConfirmForgotPassword(_) => Kind::ConfirmForgotPassword,
            Self::PendingReset(_) => Kind::PendingReset,
            Self::SignIn(_) => Kind::SignIn,
            Self::SignInForTokens(_) => Kind::SignInForTokens,
            Self::Srp(_) => Kind::Srp,
            Self::BySrpId(..) => Kind::BySrpId,
            Self::Unproven(Unproven::FirstPassword(_)) => Kind::FirstPassword,
            Self::Unproven(Unproven::FormerContact(_)) => Kind::FormerContact,
            Self::Unproven(Unproven::Passkey) => Kind::Passkey,
            Self::Unproven(Unproven::Challenge) => Kind::Challenge,
            Self::Unproven(Unproven::RefreshToken) => Kind::RefreshToken,
            Self::Unproven(Unproven::AccessToken) => Kind::AccessToken,
            Self::Unproven(Unproven::Undo) => Kind::Undo,
            Self::Wait(_) => Kind::Wait,
        }
    }
}

fn any_typed() -> impl Strategy<Value = Typed> {
    prop_oneof![
        3 => any::<bool>().prop_map(Typed::Name),
        3 => any::<bool>().prop_map(Typed::Address),
        1 => Just(Typed::Own),
        1 => Just(Typed::OwnAddress),
    ]
}

fn any_name() -> impl Strategy<Value = Typed> {
    prop_oneof![2 => any::<bool>().prop_map(Typed::Name), 1 => Just(Typed::Own)]
}

fn any_contact() -> impl Strategy<Value = Typed> {
    prop_oneof![3 => any::<bool>().prop_map(Typed::Address), 1 => Just(Typed::OwnAddress)]
}

fn any_sign_up() -> impl Strategy<Value = Operation> {
    let holding = prop_oneof![2 => Just(None), 1 => any::<Index>().prop_map(Some)];
    (any_name(), any_contact(), 0..2_u8, holding)
        .prop_map(|(name, contact, password, holding)| Operation::SignUp { name, contact, password, holding })
}

fn any_by_id() -> impl Strategy<Value = ById> {
    select(vec![
        ById::SignIn,
        ById::Srp,
        ById::Resend,
        ById::Confirm,
        ById::ForgotPassword,
        ById::ConfirmForgotPassword,
    ])
}

fn any_of(kind: Kind) -> BoxedStrategy<Operation> {
    let (typed, ticket) = (any_typed(), any::<Index>());
    match kind {
        Kind::SignUp => any_sign_up().boxed(),
        Kind::ChangeAddress => (ticket, any_contact(), 0..2_u8)
            .prop_map(|(ticket, contact, password)| Operation::ChangeAddress { ticket, contact, password })
            .boxed(),
        Kind::Resend => typed.prop_map(Operation::Resend).boxed(),
        Kind::ResendByTicket => ticket.prop_map(Operation::ResendByTicket).boxed(),
        Kind::Confirm => typed.prop_map(Operation::Confirm).boxed(),
        Kind::ConfirmByTicket => ticket.prop_map(Operation::ConfirmByTicket).boxed(),
        Kind::ConfirmNamedWithTicket => {
            (typed, ticket).prop_map(|(it, ticket)| Operation::ConfirmNamedWithTicket(it, ticket)).boxed()
        }
        Kind::PendingSignUp => ticket.prop_map(Operation::PendingSignUp).boxed(),
        Kind::FirstPassword => ticket.prop_map(Unproven::FirstPassword).prop_map(Operation::Unproven).boxed(),
        Kind::FormerContact => ticket.prop_map(Unproven::FormerContact).prop_map(Operation::Unproven).boxed(),
        Kind::ForgotPassword => typed.prop_map(Operation::ForgotPassword).boxed(),
        Kind::ConfirmForgotPassword => typed.prop_map(Operation::ConfirmForgotPassword).boxed(),
        Kind::PendingReset => typed.prop_map(Operation::PendingReset).boxed(),
        Kind::SignIn => typed.prop_map(Operation::SignIn).boxed(),
        Kind::SignInForTokens => typed.prop_map(Operation::SignInForTokens).boxed(),
        Kind::Srp => typed.prop_map(Operation::Srp).boxed(),
        Kind::BySrpId => (ticket, any_by_id()).prop_map(|(id, what)| Operation::BySrpId(id, what)).boxed(),
        Kind::Passkey => Just(Operation::Unproven(Unproven::Passkey)).boxed(),
        Kind::Challenge => Just(Operation::Unproven(Unproven::Challenge)).boxed(),
        Kind::RefreshToken => Just(Operation::Unproven(Unproven::RefreshToken)).boxed(),
        Kind::AccessToken => Just(Operation::Unproven(Unproven::AccessToken)).boxed(),
        Kind::Undo => Just(Operation::Unproven(Unproven::Undo)).boxed(),
        Kind::Wait => select(vec![1, 20, 30, 31, 60, 120, 300, 900, 3600, 4 * 3600, 24 * 3600])
            .prop_map(Operation::Wait)
            .boxed(),
    }
}

fn any_step() -> impl Strategy<Value = Step> {
    let likely = |kind: Kind| match kind {
        Kind::SignUp => 16,
        Kind::Wait | Kind::PendingSignUp | Kind::ChangeAddress => 8,
        Kind::Resend
        | Kind::ResendByTicket
        | Kind::Confirm
        | Kind::ConfirmByTicket
        | Kind::ConfirmNamedWithTicket
        | Kind::ForgotPassword
        | Kind::ConfirmForgotPassword
        | Kind::PendingReset
        | Kind::SignIn
        | Kind::SignInForTokens
        | Kind::Srp
        | Kind::BySrpId => 4,
        // What is there for nobody who proves nothing.
        Kind::FirstPassword
        | Kind::FormerContact
        | Kind::Passkey
        | Kind::Challenge
        | Kind::RefreshToken
        | Kind::AccessToken
        | Kind::Undo => 1,
    };
    let operation =
        Union::new_weighted(Kind::ALL.into_iter().map(|kind| (likely(kind), any_of(kind))).collect());
    let times = prop_oneof![5 => Just(1_u8), 1 => 2..8_u8];
    (operation, 0..PLACES, times).prop_map(|(operation, place, times)| Step { operation, place, times })
}

/// What a stranger does, in some order.
pub(crate) fn any_script(most: usize) -> impl Strategy<Value = Vec<Step>> {
    vec(any_step(), 1..most)
}

impl Operation {
    /// Whether it is a sign-up under the owner's username.
    pub(crate) const fn names_the_owner(&self) -> bool {
        matches!(self, Self::SignUp { name: Typed::Name(_), .. })
    }
}
