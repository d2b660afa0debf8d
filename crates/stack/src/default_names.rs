//! The names that things have in AWS where the stack file gives them none.

/// Of one stack in one region.
#[derive(Debug, Clone, Copy)]
pub struct DefaultNames<'a> {
    pub stack: &'a str,
    pub region: &'a str,
}

impl DefaultNames<'_> {
    /// By the kind and the key in the stack file: `function/analyzer` is `<stack>-analyzer`.
    pub fn of(&self, kind: &str, key: &str) -> String {
        match kind {
            "function" | "provisioned-concurrency" => self.function(key),
            "role" => self.role(key),
            "repository" => self.repository(key),
            "topic" => self.topic(),
            "alarm" => self.alarm(key),
            _ => key.to_owned(),
        }
    }

    pub fn function(&self, key: &str) -> String {
        format!("{}-{key}", self.stack)
    }

    /// With the region, because IAM is global.
    pub fn role(&self, key: &str) -> String {
        format!("{}-{key}-{}", self.stack, self.region)
    }

    pub fn repository(&self, key: &str) -> String {
        format!("{}/{key}", self.stack)
    }

    pub fn topic(&self) -> String {
        format!("lambdeploy-{}-alerts", self.stack)
    }

    /// All alarms of a stack begin alike: one list shows them.
    pub fn alarm(&self, key: &str) -> String {
        format!("lambdeploy-{}-{key}", self.stack)
    }
}
