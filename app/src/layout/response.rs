//! What a page answers.

use crate::text;
use leptos::prelude::AnyView;
use model::Page;

/// Which frame a page stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// Before sign-in: one sheet.
    Door,
    /// After sign-in; whose account it is.
    House { who: String },
    /// An error: its number on the plate.
    Fault(u16),
}

/// What a page answers.
#[derive(Debug)]
pub enum Answer {
    /// Look elsewhere (303). Only addresses of [`Page`]s come here.
    Go(String),
    Show(Content),
}

/// A page, ready to be rendered.
pub struct Content {
    pub title: &'static str,
    pub frame: Frame,
    pub status: u16,
    /// Renders what stands in the frame; called once, inside the reactive owner.
    pub body: Box<dyn FnOnce() -> AnyView + Send>,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content")
            .field("title", &self.title)
            .field("frame", &self.frame)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Answer {
    /// A page under its title.
    pub fn show(page: Page, frame: Frame, body: impl FnOnce() -> AnyView + Send + 'static) -> Self {
        Self::titled(text::title(page), frame, body)
    }

    /// A page under a title of its own.
    pub fn titled(
        title: &'static str,
        frame: Frame,
        body: impl FnOnce() -> AnyView + Send + 'static,
    ) -> Self {
        Self::Show(Content { title, frame, status: 200, body: Box::new(body) })
    }

    pub fn go(page: Page) -> Self {
        Self::Go(page.path().to_owned())
    }

    /// To the sign-in, which leads to the page.
    pub fn sign_in_first(next: Page) -> Self {
        Self::Go(Page::SignIn.on_the_way_to(Page::after_sign_in(next.path())))
    }
}
