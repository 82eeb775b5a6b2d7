//! What a message is filled in with.

use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement};

/// How an argument is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A plural is chosen by it, or it is given to `NUMBER`.
    Number,
}

/// The variables of a pattern, in the order in which they appear.
pub fn of(pattern: &Pattern<&str>) -> Vec<(String, Kind)> {
    let mut found = Vec::new();
    in_pattern(pattern, &mut found);
    found
}

type Found = Vec<(String, Kind)>;

fn in_pattern(pattern: &Pattern<&str>, found: &mut Found) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression(expression: &Expression<&str>, found: &mut Found) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, Kind::Text, found),
        Expression::Select { selector, variants } => {
            let categories = ["zero", "one", "two", "few", "many"];
            let is_plural = variants.iter().any(|it| match &it.key {
                fluent_syntax::ast::VariantKey::Identifier { name } => categories.contains(name),
                fluent_syntax::ast::VariantKey::NumberLiteral { .. } => true,
            });
            in_inline(selector, if is_plural { Kind::Number } else { Kind::Text }, found);
            for variant in variants {
                in_pattern(&variant.value, found);
            }
        }
    }
}

fn in_inline(inline: &InlineExpression<&str>, kind: Kind, found: &mut Found) {
    match inline {
        InlineExpression::VariableReference { id } => add(id.name, kind, found),
        InlineExpression::FunctionReference { id, arguments } => {
            let kind = if id.name == "NUMBER" { Kind::Number } else { kind };
            for argument in &arguments.positional {
                in_inline(argument, kind, found);
            }
        }
        InlineExpression::Placeable { expression } => in_expression(expression, found),
        InlineExpression::StringLiteral { .. }
        | InlineExpression::NumberLiteral { .. }
        | InlineExpression::MessageReference { .. }
        | InlineExpression::TermReference { .. } => {}
    }
}

fn add(name: &str, kind: Kind, found: &mut Found) {
    match found.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) if kind == Kind::Number => *known = Kind::Number,
        Some(_) => {}
        None => found.push((name.to_owned(), kind)),
    }
}
