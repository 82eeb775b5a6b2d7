//! What a page answers.

use crate::text;
use leptos::prelude::AnyView;
use model::Page;

/// What stands around a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// Before sign-in: one sheet.
    Auth,
    /// After sign-in; whose account it is.
    Account { username: String },
    /// An error, with its number.
    Error(u16),
}

/// What a page answers.
#[derive(Debug)]
pub enum PageResponse {
    /// Look elsewhere (303). Only addresses of [`Page`]s come here.
    Redirect(String),
    Content(PageContent),
}

/// A page, ready to be rendered.
pub struct PageContent {
    pub title: &'static str,
    pub layout: Layout,
    pub status: u16,
    /// Renders what stands in the layout; called once, inside the reactive owner.
    pub body: Box<dyn FnOnce() -> AnyView + Send>,
}

impl std::fmt::Debug for PageContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PageContent")
            .field("title", &self.title)
            .field("layout", &self.layout)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl PageResponse {
    /// A page under its title.
    pub fn page(page: Page, layout: Layout, body: impl FnOnce() -> AnyView + Send + 'static) -> Self {
        Self::titled(text::title(page), layout, body)
    }

    /// A page under a title of its own.
    pub fn titled(
        title: &'static str,
        layout: Layout,
        body: impl FnOnce() -> AnyView + Send + 'static,
    ) -> Self {
        Self::Content(PageContent { title, layout, status: 200, body: Box::new(body) })
    }

    pub fn redirect(page: Page) -> Self {
        Self::Redirect(page.path().to_owned())
    }

    /// To the sign-in, which leads back to the page.
    pub fn sign_in_first(next: Page) -> Self {
        Self::Redirect(Page::SignIn.on_the_way_to(Some(next)))
    }
}
