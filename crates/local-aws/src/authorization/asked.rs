//! Which permissions callers that are IAM users or roles needed so far: what a policy for them has to allow.

use crate::permission::Permission;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

/// Actions with their resources.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    needed: Mutex<BTreeSet<(String, String)>>,
    /// By access key: policies that hold for it without a user in IAM.
    given: Mutex<BTreeMap<String, Arc<[Value]>>>,
}

/// More are not kept: a local AWS may run for weeks.
const MOST: usize = 10_000;

impl Asked {
    pub(crate) fn note(&self, permission: &Permission) {
        let mut all = self.needed.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MOST {
            all.insert((permission.action.clone(), permission.resource.clone()));
        }
    }

    pub(crate) fn all(&self) -> BTreeSet<(String, String)> {
        self.needed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn give(&self, access_key: &str, policies: Vec<Value>) {
        self.given
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(access_key.to_owned(), policies.into());
    }

    pub(super) fn given_to(&self, access_key: &str) -> Option<Arc<[Value]>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).get(access_key).cloned()
    }
}
