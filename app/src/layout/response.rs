//! What a page answers.

use leptos::prelude::AnyView;

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
    /// Look elsewhere (303). Only addresses that [`model::paths`] knows come here.
    Go(String),
    Show(Page),
}

/// A page, ready to be rendered.
pub struct Page {
    pub title: String,
    pub frame: Frame,
    pub status: u16,
    /// Renders what stands in the frame; called once, inside the reactive owner.
    pub body: Box<dyn FnOnce() -> AnyView + Send>,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page")
            .field("title", &self.title)
            .field("frame", &self.frame)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Answer {
    pub fn show(
        title: impl Into<String>,
        frame: Frame,
        body: impl FnOnce() -> AnyView + Send + 'static,
    ) -> Self {
        Self::Show(Page { title: title.into(), frame, status: 200, body: Box::new(body) })
    }

    pub fn go(path: &str) -> Self {
        Self::Go(path.to_owned())
    }
}
