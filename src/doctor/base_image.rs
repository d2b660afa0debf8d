//! How old the base image is that a function runs on: what was fixed in it since then, the function does not have.

use super::{Advice, Checkup};
use crate::{
    docker::{BaseImage, base_of},
    ecr::config_of,
    resources::LIVE,
    stack::{Function, ImageSource},
};
use anyhow::Result;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde_json::Value;

const DAY: i64 = 86_400;
/// Days.
const OLD: i64 = 90;

impl Checkup<'_> {
    pub(super) async fn base_images(&self) -> Result<Vec<Advice>> {
        let functions = self.stack.into_iter().flat_map(|stack| stack.functions.values());
        let each = functions.map(|function| self.base_image(function));
        Ok(try_join_all(each).await?.into_iter().flatten().collect())
    }

    /// `None` where nothing is built on a base, or nothing is deployed.
    async fn base_image(&self, function: &Function) -> Result<Option<Advice>> {
        let ImageSource::Context(build) = &function.image.source else { return Ok(None) };
        // A Dockerfile that can't be read stops the next build, which says so.
        let Ok(Some(base)) = base_of(build, function.architecture) else { return Ok(None) };
        let found = self.cloud.function(&function.name, Some(LIVE)).await?;
        let code = found.as_ref().as_ref().and_then(|f| f.code.as_ref());
        let digest = code.and_then(|code| Some(code.resolved_image_uri()?.rsplit_once('@')?.1));
        let Some(digest) = digest else { return Ok(None) };
        let config = config_of(&self.cloud, &function.image.repository, digest, &self.run).await?;
        let now = Timestamp::now().as_second();
        Ok(config.and_then(|config| made(&config, &base)).map(|at| age(&function.key, &base.name, at, now)))
    }
}

/// When the newest part of the base was made, by the image's history; `None` where the history is not the Dockerfile's, or has
/// no times (reproducible builds write 1970).
fn made(config: &Value, base: &BaseImage) -> Option<i64> {
    let history = config["history"].as_array()?;
    let of_base = &history[..history.len().checked_sub(base.own_steps)?];
    let times = of_base.iter().filter_map(|step| step["created"].as_str()?.parse::<Timestamp>().ok());
    times.map(Timestamp::as_second).max().filter(|at| *at > 365 * DAY)
}

fn age(key: &str, base: &str, made: i64, now: i64) -> Advice {
    let about = "base images";
    let days = (now - made).max(0) / DAY;
    let text = format!("{key} runs on {base} of {days} days ago");
    if days < OLD {
        return Advice::fine(about, text);
    }
    let todo = "`lambdeploy up --rebuild` pulls it again; if it names a version that gets no more updates, name a newer one";
    Advice::beware(about, format!("{text}: it lacks the security updates since then"), todo)
}

#[cfg(test)]
mod tests {
    use super::{DAY, age, made};
    use crate::{docker::BaseImage, doctor::Outlook};
    use serde_json::{Value, json};

    fn config(times: &[&str]) -> Value {
        let steps: Vec<_> = times.iter().map(|at| json!({ "created": at, "created_by": "x" })).collect();
        json!({ "history": steps })
    }

    #[test]
    fn the_newest_part_of_the_base_counts() {
        let base = |own_steps| BaseImage { name: "python:3.12".to_owned(), own_steps };
        let config = config(&[
            "2026-01-01T00:00:00Z",
            "2026-02-01T00:00:00.5Z",
            "2026-11-01T00:00:00Z",
            "2026-11-02T00:00:00Z",
        ]);
        let day = |text: &str| text.parse::<jiff::Timestamp>().map(|at| at.as_second()).ok();
        assert_eq!(made(&config, &base(2)), day("2026-02-01T00:00:00Z"));
        assert_eq!(made(&config, &base(1)), day("2026-11-01T00:00:00Z"));
        // Another Dockerfile than the image's.
        assert_eq!(made(&config, &base(4)), None);
        assert_eq!(made(&config, &base(5)), None);
    }

    #[test]
    fn ninety_days_are_old() {
        let now = 1_780_000_000;
        assert_eq!(age("f", "python:3.12", now - 89 * DAY, now).outlook, Outlook::Fine);
        assert_eq!(age("f", "python:3.12", now - 90 * DAY, now).outlook, Outlook::Beware);
    }
}
