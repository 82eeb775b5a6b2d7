//! `/profile…`: what an account says about its owner.

mod contact;
mod contact_page;
pub mod email;
pub mod overview;
pub mod phone;
pub mod required;
pub mod verify_contact;
mod view;
