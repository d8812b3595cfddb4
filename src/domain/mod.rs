//! The rules: pure.
mod login;

pub use login::Login;
