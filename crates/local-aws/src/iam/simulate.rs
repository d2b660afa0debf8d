//! SimulatePrincipalPolicy: what a user or role may do, without doing it.

use super::state::{Entity, Iam};
use crate::{
    call::{Call, Reply},
    constraint::{Members, Shape},
    error::AwsError,
    policy::{self, Context, Decision, Principal, Request},
};
use serde_json::{Value, json};

const ARN: Shape = Shape { length: (20, 2048), pattern: None };
const ACTION: Shape = Shape { length: (3, 128), pattern: None };
const RESOURCE: Shape = Shape { length: (1, 2048), pattern: None };
const KEY: Shape = Shape { length: (5, 256), pattern: None };
const DOCUMENT: Shape = Shape {
    length: (1, 131_072),
    pattern: Some((r"[\u0009\u000A\u000D\u0020-\u00FF]+", |text| {
        text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='ÿ'))
    })),
};
const OPTION: Shape = Shape { length: (1, 64), pattern: None };
const KEY_TYPES: [&str; 12] = [
    "string",
    "stringList",
    "numeric",
    "numericList",
    "boolean",
    "booleanList",
    "ip",
    "ipList",
    "binary",
    "binaryList",
    "date",
    "dateList",
];
/// Of AWS, and not here.
const NOT_EMULATED: [&str; 6] = [
    "PermissionsBoundaryPolicyInputList",
    "PolicyExclusionList",
    "ResourcePolicy",
    "ResourceOwner",
    "CallerArn",
    "ResourceHandlingOption",
];

/// What is asked.
struct Question<'a> {
    actions: Vec<&'a str>,
    resources: Vec<&'a str>,
    /// Policies besides those that the entity has.
    more: Vec<Value>,
    context: Context,
}

pub(crate) fn principal_policy(call: &mut Call<'_>, input: Value) -> Result<Reply, AwsError> {
    let page = super::paging::MarkedPage::of(&input)?;
    let mut members = Members::of(&input);
    let arn = members.text("PolicySourceArn", ARN);
    let question = Question::read(&mut members, &input);
    members.finish("ValidationError")?;
    if let Some(name) = NOT_EMULATED.iter().find(|name| !input[**name].is_null()) {
        return Err(AwsError::not_implemented(format!("SimulatePrincipalPolicy with {name}")));
    }
    let question = question?;
    let iam = &call.account_mut().iam;
    let entity = find(iam, arn)?;
    let results = question.results(iam, entity);
    let numbered = results.into_iter().enumerate().map(|(n, result)| (format!("{n:08}"), result));
    page.cut(call, "EvaluationResults", numbered.collect())
}

/// # Errors
/// The ARN is none of a user or role, or there is no such one.
fn find<'a>(iam: &'a Iam, arn: &str) -> Result<&'a Entity, AwsError> {
    let named = arn.splitn(6, ':').nth(5).unwrap_or_default();
    if !arn.starts_with("arn:") || !(named.starts_with("role/") || named.starts_with("user/")) {
        return Err(AwsError::new(
            400,
            "InvalidInput",
            format!("Invalid Entity Arn: {arn} does not clearly define entity type and name."),
        ));
    }
    let mut entities = iam.roles.values().map(|r| &r.entity).chain(iam.users.values().map(|u| &u.entity));
    let missing = || AwsError::new(404, "NoSuchEntity", format!("Cannot find entity with ARN {arn}"));
    entities.find(|entity| entity.arn == arn).ok_or_else(missing)
}

impl<'a> Question<'a> {
    fn read(members: &mut Members<'a>, input: &'a Value) -> Result<Self, AwsError> {
        if input["ActionNames"].is_null() {
            members.missing("ActionNames");
        }
        let actions = members.texts("ActionNames", 0..=usize::MAX, ACTION);
        let mut resources = members.texts("ResourceArns", 0..=usize::MAX, RESOURCE);
        if resources.is_empty() {
            resources.push("*");
        }
        let documents = members.texts("PolicyInputList", 0..=usize::MAX, DOCUMENT);
        check_others(members, input);
        let context = context(members);
        let more = documents.into_iter().map(document).collect::<Result<_, _>>()?;
        Ok(Self { actions, resources, more, context })
    }

    /// One for each action and resource.
    fn results(&self, iam: &Iam, entity: &Entity) -> Vec<Value> {
        let mut policies = iam.policies_of(entity);
        policies.extend(self.more.iter().cloned());
        let boundary = iam.boundary_of(entity);
        let asked = self.actions.iter().flat_map(|action| self.resources.iter().map(move |r| (*action, *r)));
        asked
            .map(|(action, resource)| {
                let principal = Principal::Aws(entity.arn.clone());
                let request = Request { principal, action, resource, context: self.context.clone() };
                let own = policy::evaluate(&policies, &request);
                let bound = boundary.as_ref().map(|boundary| policy::evaluate([boundary], &request));
                result(&request, own, bound)
            })
            .collect()
    }
}

/// Members that are not emulated have their shapes all the same.
fn check_others(members: &mut Members<'_>, input: &Value) {
    members.texts("PermissionsBoundaryPolicyInputList", 0..=usize::MAX, DOCUMENT);
    members.optional_text("ResourcePolicy", DOCUMENT);
    members.optional_text("ResourceOwner", RESOURCE);
    members.optional_text("CallerArn", RESOURCE);
    members.optional_text("ResourceHandlingOption", OPTION);
    if let Some(excluded) = input["PolicyExclusionList"].as_array() {
        members.count("policyExclusionList", excluded.len(), 0..=256);
    }
}

/// Condition keys with their values, as they are asked.
fn context(members: &mut Members<'_>) -> Context {
    let mut context = Context::new();
    for entry in members.list("ContextEntries") {
        let key = entry["ContextKeyName"].as_str().unwrap_or_default();
        if entry["ContextKeyName"].is_string() {
            members.check_text("contextEntries.member.contextKeyName", key, KEY);
        }
        if let Some(kind) = entry["ContextKeyType"].as_str()
            && !KEY_TYPES.contains(&kind)
        {
            let words = format!("Member must satisfy enum value set: [{}]", KEY_TYPES.join(", "));
            members.fail("contextEntries.member.contextKeyType", kind, words);
        }
        let values = entry["ContextKeyValues"].as_array().into_iter().flatten();
        let values = values.filter_map(|value| value.as_str().map(str::to_owned)).collect();
        context.insert(key.to_ascii_lowercase(), values);
    }
    context
}

fn document(text: &str) -> Result<Value, AwsError> {
    serde_json::from_str(text)
        .map_err(|_| AwsError::new(400, "InvalidInput", "Policy document is not valid JSON."))
}

fn result(request: &Request<'_>, own: Decision, boundary: Option<Decision>) -> Value {
    let decision = match (own, boundary) {
        (Decision::Deny, _) | (_, Some(Decision::Deny)) => "explicitDeny",
        (Decision::Allow, None | Some(Decision::Allow)) => "allowed",
        _ => "implicitDeny",
    };
    let mut result = json!({
        "EvalActionName": request.action,
        "EvalResourceName": request.resource,
        "EvalDecision": decision,
        "MatchedStatements": [],
        "MissingContextValues": [],
    });
    if let Some(boundary) = boundary {
        let allowed = json!({ "AllowedByPermissionsBoundary": boundary == Decision::Allow });
        result["PermissionsBoundaryDecisionDetail"] = allowed;
    }
    result
}
