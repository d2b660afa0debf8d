//! How what the stack file wants of a function becomes what callers get: a version that is tried, and the alias that names it.

use super::{StackGraph, Wishes};
use crate::{
    contract::smoke_checks,
    engine::Handle,
    resources::{
        AccountConcurrency, Alias, AliasOutput, AliasWish, FunctionOutput, FunctionWish,
        ProvisionedConcurrencyWish, ReleaseWish, Version, VersionOutput, VersionWish,
    },
    stack,
};
use std::rc::Rc;

/// A function with the version that is to be live.
pub(super) struct Released<'a> {
    pub(super) wish: &'a stack::Function,
    pub(super) function_wish: Rc<FunctionWish>,
    pub(super) function: Handle<FunctionOutput>,
    pub(super) version: Handle<VersionOutput>,
    /// Where it takes some of what the account may run at once.
    pub(super) concurrency: Option<Handle<Option<AccountConcurrency>>>,
}

impl<'a> StackGraph<'a> {
    /// A version that is tried out before anybody gets it.
    pub(super) fn version(
        &mut self,
        wish: &stack::Function,
        function_wish: &Rc<FunctionWish>,
        function: &Handle<FunctionOutput>,
        wishes: &Wishes,
    ) -> Handle<VersionOutput> {
        let (aws, key, function_name) = (self.aws.clone(), wish.key.clone(), wish.name.clone());
        let tried = wishes.smoke && wish.release.smoke;
        let smoke = if tried { smoke_checks(self.stack, &key) } else { Vec::new() };
        self.graph.want(|needs| VersionWish {
            version: Version { aws, key, function_name },
            wish: function_wish.clone(),
            function: needs.output(function),
            smoke,
            again: wishes.again,
        })
    }

    /// What is live moves once all versions are known to work: a function that others call is not new alone.
    pub(super) fn aliases(&mut self, all: &[Released<'a>], wishes: &Wishes) -> Vec<Handle<()>> {
        let mut permissions = Vec::new();
        for it in all {
            let (aws, key, function_name) = (self.aws.clone(), it.wish.key.clone(), it.wish.name.clone());
            let alias = self.graph.want(|needs| {
                needs.after(&it.function);
                all.iter().for_each(|other| needs.changes_after(&other.version));
                AliasWish {
                    alias: Alias { aws, key, function_name },
                    function: it.function_wish.clone(),
                    version: needs.output(&it.version),
                    release: release_of(it.wish, wishes),
                }
            });
            permissions.push(self.permission(it.wish, &it.function, &alias));
            self.provisioned_concurrency(it, &alias, wishes);
            self.aliases.push(alias);
        }
        permissions
    }
}

impl StackGraph<'_> {
    /// Nothing is asked of it where nothing is wished.
    fn provisioned_concurrency(&mut self, it: &Released<'_>, alias: &Handle<AliasOutput>, wishes: &Wishes) {
        let (Some(count), Some(account)) = (it.wish.provisioned_concurrency, &it.concurrency) else { return };
        self.graph.want(|needs| {
            needs.after(&it.function);
            ProvisionedConcurrencyWish {
                provisioned: it.function_wish.function.provisioned(),
                function: it.function_wish.clone(),
                alias: needs.output(alias),
                rest_api: needs.output(&self.api),
                account: needs.output(account),
                count,
                canary: release_of(it.wish, wishes).canary.is_some(),
            }
        });
    }
}

/// The command line's canary goes before the file's.
fn release_of(wish: &stack::Function, wishes: &Wishes) -> ReleaseWish {
    let in_file = wish.release.canary.map(|canary| canary.percent);
    ReleaseWish {
        keep: wish.release.keep as usize,
        canary: wishes.canary.or(in_file).filter(|percent| *percent < 100),
        at: wishes.at,
        commit: wishes.commit.clone(),
    }
}
