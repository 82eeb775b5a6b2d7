//! All routes and layers on one screen.

use crate::config::{Config, Environment, ServerConfig};
use crate::layers::client_ip::ClientIp;
use crate::layers::cross_site::OwnOrigin;
use crate::layers::{access_log, client_ip, cross_site, error_pages, headers, long_target, timeout};
use crate::mailbox::DevMailbox;
use crate::readiness::{Readiness, ready};
use crate::{live_events, mailbox, pages, progressive_forms, site};
use accounts::Context;
use app::{Site, SiteFiles};
use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use leptos::prelude::{LeptosOptions, provide_context};
use leptos::server_fn::axum::server_fn_paths;
use model::{Page, paths};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

/// What the router answers from.
#[derive(Debug, Clone)]
pub struct AppState {
    pub pool: Context,
    pub config: Arc<Config>,
    /// Only while no mail provider is configured.
    pub mailbox: Option<DevMailbox>,
    /// Where the built files are found.
    pub site_files: fn() -> Option<SiteFiles>,
    /// The service is about to stop, and still answers: nobody should be sent here any more.
    pub stopping: CancellationToken,
    /// Ends the live streams when the service stops.
    pub shutdown: CancellationToken,
}

/// The whole service.
pub fn build(state: AppState) -> Router {
    let config = Arc::new(state.config.server.clone());
    let site = site_of(&state);
    let client_ip = ClientIp::new(config.clone());

    let inner = with_pages(Router::new(), &site)
        .route(paths::PROFILE_JSON, get(pages::attributes_json).with_state(site.clone()))
        .route(paths::ACCOUNT_JSON, get(pages::personal_data).with_state(site.clone()))
        .merge(live_events::routes(state.pool.clone(), &config, state.shutdown.clone()))
        .merge(mailbox_routes(&state))
        .fallback(not_a_route);
    // A POST of a plain form becomes a GET of its page here, so it wraps the finished routes.
    let service = progressive_forms::wrap(inner, config.clone());

    let wire = wire_api(&state, &config, &client_ip);
    // Outermost last.
    // Forged requests reach no form.
    let service = service.layer(from_fn_with_state(OwnOrigin::new(&config), cross_site::refuse));
    guarded(service, &config, &client_ip)
        // Whatever failed further in gets words and a way on.
        .layer(from_fn_with_state(site, error_pages::add))
        .route(paths::HEALTHZ, get(|| async { "ok\n" }))
        .route(
            paths::READYZ,
            get(ready).with_state(Readiness::new(state.pool.clone(), state.stopping.clone())),
        )
        // What holds for every request, in the order in which it comes to it. One layer: the router boxes each of
        // its own, and clones it for each request.
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(config, headers::add))
                .layer(from_fn(long_target::refuse))
                .layer(from_fn_with_state(state.pool, access_log::log))
                // What speaks the wire API never comes as far as the pages: no forms, no cookies, no rule about
                // where it comes from.
                .layer(from_fn_with_state(wire, wire::dispatch)),
        )
}

/// What holds for pages and applications alike.
fn guarded(routes: Router, config: &Arc<ServerConfig>, client_ip: &ClientIp) -> Router {
    routes.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(config.clone(), timeout::limit))
            // One request's panic is one 500.
            .layer(CatchPanicLayer::custom(panicked))
            // Limits and the trail need to know who asks.
            .layer(from_fn_with_state(client_ip.clone(), client_ip::add)),
    )
}

fn wire_api(state: &AppState, config: &Arc<ServerConfig>, client_ip: &ClientIp) -> Router {
    let limits = wire::BodyLimits { bytes: config.body_limit, timeout: config.body_timeout };
    wire::routes(state.pool.clone(), limits, |routes| guarded(routes, config, client_ip))
}

fn mailbox_routes(state: &AppState) -> Router {
    match &state.mailbox {
        Some(mailbox) => {
            let url = &state.config.server.public_url;
            mailbox::routes(mailbox, url, state.pool.settings(), state.site_files)
        }
        None => Router::new(),
    }
}

fn site_of(state: &AppState) -> Site {
    let leptos = Arc::new(
        LeptosOptions::builder()
            .output_name("nameplate")
            .site_root("target/site")
            .reload_port(Environment::reload_port())
            .build(),
    );
    Site {
        pool: state.pool.clone(),
        secure: state.config.server.public_url.is_https(),
        files: Arc::new(state.site_files),
        leptos,
        language: state.config.language,
    }
}

/// Every page at its addresses, and every server function at its own address: together they share a page's
/// address.
fn with_pages(mut router: Router, site: &Site) -> Router {
    for page in Page::ALL {
        for path in page.addresses() {
            let site = site.clone();
            router = router.route(path, get(move |request: Request| pages::show(page, site, request)));
        }
    }
    for (path, _) in server_fn_paths() {
        let site = site.clone();
        let call = move |request: Request| {
            let site = site.clone();
            leptos_axum::handle_server_fns_with_context(move || provide_context(site.clone()), request)
        };
        router = router.route(path, post(call));
    }
    router
}

/// The page's own files, or nothing.
async fn not_a_route(request: Request) -> Response {
    let known =
        request.method().is_safe().then(|| site::file(request.uri().path(), request.headers())).flatten();
    known.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
