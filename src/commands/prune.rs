//! After a successful `up`: own images beyond the newest few are deleted, never one that a function uses.

use super::session::Session;
use crate::{
    aws::{FoundExt, call},
    engine::{Id, Plan, Reporter},
    stack::{Function, ImageSource},
    ui::Printer,
};
use anyhow::Result;
use aws_sdk_ecr::types::{ImageDetail, ImageIdentifier};

/// A lifecycle policy could not know what is in use, so this is done here, when an image was pushed.
///
/// # Errors
/// As the calls.
pub(super) async fn images(session: &Session, plan: &Plan, printer: &Printer) -> Result<()> {
    for function in session.stack.functions.values() {
        let pushed = plan.change_of(&Id::of("image", &function.key)).is_some_and(|c| !c.is_keep());
        if pushed && !matches!(function.image.source, ImageSource::Uri(_)) {
            prune(session, function, printer).await?;
        }
    }
    Ok(())
}

async fn prune(session: &Session, function: &Function, printer: &Printer) -> Result<()> {
    let to = Reporter::new(Id::of("image", &function.key), printer.sink(), session.stop.clone());
    let (used, mut own) =
        tokio::try_join!(in_use(session, function, &to), own_images(session, function, &to))?;
    own.sort_by_key(|i| std::cmp::Reverse(i.image_pushed_at.map(|d| d.as_nanos())));
    let old: Vec<_> = own
        .into_iter()
        .skip(usize::try_from(function.image.keep)?)
        .filter_map(|i| i.image_digest)
        .filter(|d| Some(d) != used.as_ref())
        .collect();
    // AWS takes a hundred at a time.
    for some in old.chunks(100) {
        let ids = some.iter().map(|d| ImageIdentifier::builder().image_digest(d).build()).collect();
        let request = session.cloud.ecr.batch_delete_image().repository_name(&function.image.repository);
        let request = request.set_image_ids(Some(ids));
        call(&to, "BatchDeleteImage", || request.clone().send()).await?;
        to.note(format!("deleted {} images that nothing uses any more", some.len()));
    }
    Ok(())
}

async fn in_use(session: &Session, function: &Function, to: &Reporter) -> Result<Option<String>> {
    let request = session.cloud.lambda.get_function_configuration().function_name(&function.name);
    let answer = call(to, "GetFunctionConfiguration", || request.clone().send()).await.found()?;
    Ok(answer.and_then(|c| c.code_sha256).map(|hex| format!("sha256:{hex}")))
}

/// Images whose tag says that this tool made them.
async fn own_images(session: &Session, function: &Function, to: &Reporter) -> Result<Vec<ImageDetail>> {
    let (mut own, mut next) = (Vec::new(), None);
    loop {
        let request = session
            .cloud
            .ecr
            .describe_images()
            .repository_name(&function.image.repository)
            .set_next_token(next);
        let page = call(to, "DescribeImages", || request.clone().send()).await?;
        let ours =
            |i: &ImageDetail| i.image_tags().iter().any(|t| t.starts_with("ctx-") || t.starts_with("arc-"));
        own.extend(page.image_details.unwrap_or_default().into_iter().filter(ours));
        next = page.next_token;
        if next.is_none() {
            return Ok(own);
        }
    }
}
