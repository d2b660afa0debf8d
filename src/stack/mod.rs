//! The stack file: what a person writes in `stack.yaml`, read into types with every default filled in.
//!
//! Reading never stops at the first mistake. The text becomes a tree that knows its places ([`node`]), variables are
//! filled in ([`interpolate`]), the tree is brought into the form that was meant ([`prepare`]) and held against the table of
//! keys ([`check`], [`table`]), and the reader turns it into types and sees to what no single value shows ([`reader`]). All
//! that is found comes at once, as one [`StackError`]; only a mistake in the YAML itself comes alone.

mod check;
mod default_names;
mod defaults;
mod dotenv;
mod files_named;
mod interpolate;
mod inventory;
mod json_path;
mod limits;
mod load;
mod mistake;
mod node;
mod outside;
mod place;
mod prepare;
mod reader;
mod schema;
mod shape;
mod slips;
mod table;
mod types;
mod unit;
mod yaml;

#[cfg(test)]
mod tests;

pub use default_names::DefaultNames;
pub use dotenv::DotEnv;
pub use interpolate::Lookup;
pub use inventory::{Entry, Inventory};
pub use json_path::JsonPath;
pub use load::{Values, load, read};
pub use mistake::{Mistake, StackError, Warning};
pub use outside::Outside;
pub use place::Place;
pub use schema::schema;
pub use types::*;
