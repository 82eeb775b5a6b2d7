//! Which statements a use case runs, in their order: what it costs somebody must be what it costs nobody.

use std::cell::RefCell;

tokio::task_local! {
    static TRACE: RefCell<Vec<String>>;
}

/// What the work answers, and the statements and commits that it ran.
pub async fn traced<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
    TRACE
        .scope(RefCell::default(), async {
            let answer = work.await;
            (answer, TRACE.with(RefCell::take))
        })
        .await
}

/// Notes a statement, where somebody looks.
pub(crate) fn note(sql: &str) {
    let words = || sql.split_whitespace().collect::<Vec<_>>().join(" ");
    // Elsewhere nobody looks.
    _ = TRACE.try_with(|trace| trace.borrow_mut().push(words()));
}
