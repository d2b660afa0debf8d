//! The stack file: what a person writes in `stack.yaml`, read into types with every default filled in.
//!
//! Reading never stops at the first mistake. The text becomes a tree that knows its places ([`node`]), variables are
//! filled in ([`interpolate`]), the tree is brought into the form that was meant ([`prepare`]) and held against the table of
//! keys ([`check`]), and read into types, where that is seen to which no single value shows. All that is found comes at once,
//! as one [`StackError`]; only a mistake in the YAML itself comes alone.
//!
//! A section of the file is a file of [`sections`]: its keys with limits and defaults, its type, and how it is read.

// What tests reach is public for them alone.
#![cfg_attr(not(feature = "testing"), allow(unreachable_pub))]

mod check;
mod default_names;
mod dotenv;
#[cfg(test)]
mod examples;
pub mod files;
mod interpolate;
mod inventory;
mod json_path;
mod load;
pub mod mask;
mod mistake;
mod node;
mod outside;
mod place;
mod prepare;
mod reader;
mod rule;
mod scalar;
#[cfg(test)]
mod schema;
mod sections;
mod shape;
mod slips;
mod text;
mod unit;
mod values;
mod warnings;
mod written;
mod yaml;

#[cfg(test)]
mod tests;

pub use default_names::DefaultNames;
pub use dotenv::DotEnv;
pub(crate) use interpolate::Lookup;
pub use inventory::{Entry, Inventory};
pub use json_path::JsonPath;
pub use load::load;
#[cfg(feature = "testing")]
pub use load::read;
pub use mistake::{Mistake, StackError, Warning};
pub(crate) use outside::Outside;
pub use sections::*;
pub use text::Text;
pub use values::Values;
