//! What a file that is right reads as.

use std::path::PathBuf;

use super::{FULL, OURS, parse, stack_with};
use crate::{
    sections::{
        api::{
            auth::Authorizer,
            usage_plan::{Period, Quota},
        },
        functions::{Canary, Image, ReleaseRules},
    },
    *,
};

#[test]
fn our_own() {
    let stack = parse(OURS).unwrap();
    assert_eq!(stack.warnings, []);
    let analyzer = &stack.functions["analyzer"];
    assert_eq!((analyzer.name.as_str(), analyzer.memory, analyzer.timeout), ("egyptianArtAnalyzer", 512, 29));
    assert_eq!(analyzer.image.repository, "jere-egyptian-art-analyzer");
    assert_eq!(analyzer.environment["GOOGLE_API_KEY"], Text::secret("hunter2"));
    assert_eq!(stack.api.keys, ["VercelFrontendKey"]);
    let plan = stack.api.usage_plan.unwrap();
    assert_eq!(plan.throttle, Some(Throttle { rate: 10.0, burst: 20 }));
    assert_eq!(plan.quota, Some(Quota { limit: 100, period: Period::Day }));
    assert_eq!(stack.api.routes[0].auth, Auth::ApiKey);
}

#[test]
fn the_least_has_every_default() {
    let stack = parse(&stack_with("", "")).unwrap();
    let role = ManagedRole { name: None, policies: vec![], statements: vec![], boundary: None };
    let build = Build {
        context: PathBuf::from("/project/."),
        dockerfile: PathBuf::from("/project/./Dockerfile"),
        target: None,
        args: [].into(),
        secrets: [].into(),
        left_out: Vec::new(),
    };
    let function = Function {
        key: "f".into(),
        name: "s-f".into(),
        description: String::new(),
        image: Image { source: ImageSource::Context(build), repository: "s/f".into(), keep: 10 },
        architecture: Architecture::X86_64,
        memory: 128,
        timeout: 3,
        ephemeral_storage: 512,
        reserved_concurrency: None,
        snapstart: false,
        provisioned_concurrency: None,
        environment: [].into(),
        entrypoint: None,
        command: None,
        working_directory: None,
        role: Role::Managed(role),
        log_retention: Some(30),
        tracing: false,
        vpc: None,
        release: ReleaseRules { smoke: true, canary: None, keep: 5 },
    };
    let route = Route { method: "GET".into(), path: "/".into(), function: "f".into(), auth: Auth::None };
    let api = Api {
        name: "s".into(),
        description: String::new(),
        stage: "default".into(),
        routes: vec![route],
        auth: Auth::None,
        allow_from: vec![],
        cors: None,
        binary_types: vec![],
        throttle: None,
        metrics: None,
        keys: vec![],
        key_values: [].into(),
        usage_plan: None,
    };
    let want = Stack {
        name: "s".into(),
        region: None,
        profile: None,
        profile_line: None,
        account: None,
        tags: [].into(),
        functions: [("f".into(), function)].into(),
        api,
        alerts: None,
        budget: None,
        checks: vec![],
        retain: Retain { logs: false, images: false },
        folder: "/project".into(),
        warnings: vec![],
        outside: Outside::default(),
    };
    assert_eq!(stack, want);
}

#[test]
fn every_key() {
    let stack = parse(FULL).unwrap();
    assert_eq!(stack.warnings, []);
    assert_eq!(stack.account.as_deref(), Some("012345678901"));
    assert_eq!(stack.tags["cost"], "42");
    assert_eq!(stack.tags["Cost Center"], "jane@corp.com Müller");
    assert_eq!(stack.retain, Retain { logs: true, images: true });
    let built = &stack.functions["built"];
    let ImageSource::Context(build) = &built.image.source else { panic!() };
    assert_eq!(build.dockerfile, PathBuf::from("/project/./built/docker/Dockerfile"));
    assert_eq!(build.args["VERSION"], "1.10");
    assert_eq!(build.args["DEBUG"], "true");
    assert_eq!(build.secrets["pip"], SecretSource::File("/project/pip.conf".into()));
    assert_eq!(built.environment["PORT"], Text::plain("8080"));
    assert_eq!(built.environment["TOKEN"], Text::secret("hunter2"));
    assert_eq!(built.entrypoint.as_ref().unwrap().len(), 3);
    assert_eq!(built.command.as_ref().unwrap(), &["serve", "--name", "two words"]);
    assert_eq!(built.log_retention, None);
    assert_eq!((built.provisioned_concurrency, built.snapstart), (Some(2), false));
    let pinned = &stack.functions["pinned"];
    assert_eq!(pinned.image.repository, "team/pinned");
    let canary = Some(Canary { percent: 10, seconds: 600 });
    assert_eq!(pinned.release, ReleaseRules { smoke: false, canary, keep: 3 });
    assert_eq!(pinned.role, Role::Existing("arn:aws:iam::012345678901:role/service-role/theirs".into()));
    let archive = ImageSource::Archive("/project/build/image.tar".into());
    let archived = &stack.functions["archived"];
    assert_eq!(archived.image.source, archive);
    assert_eq!((archived.snapstart, archived.release.keep), (true, 1));
    let auths: Vec<_> = stack.api.routes.iter().map(|route| (route.path.as_str(), &route.auth)).collect();
    assert_eq!(
        auths,
        [
            ("/", &Auth::ApiKey),
            ("/items/{id}", &Auth::None),
            ("/files/{proxy+}", &Auth::ApiKey),
            ("/signed", &Auth::Iam),
            (
                "/pool",
                &Auth::Cognito(vec![
                    "arn:aws:cognito-idp:eu-central-1:012345678901:userpool/eu-central-1_a".into()
                ])
            ),
            (
                "/asked",
                &Auth::Authorizer(Authorizer {
                    function: "built".into(),
                    kind: AuthorizerKind::Request,
                    header: "X-Token".into(),
                    ttl: 60
                })
            ),
        ]
    );
    assert_eq!(stack.api.throttle, Some(Throttle { rate: 2.5, burst: 10 }));
}

#[test]
fn a_route_that_asks_for_a_key_brings_key_and_plan() {
    let api = parse(&stack_with("", "auth: api_key")).unwrap().api;
    assert_eq!(api.keys, ["s"]);
    assert_eq!(api.usage_plan, Some(UsagePlan { name: "s".into(), throttle: None, quota: None }));
}

#[test]
fn empty_collections_are_as_good_as_none() {
    let text = stack_with("environment:\nrole:", "binary_types:\nkeys:");
    let stack = parse(&text).unwrap();
    assert_eq!(stack, parse(&stack_with("", "")).unwrap());
}

#[test]
fn warnings() {
    for (function, api, want) in [
        (
            "timeout: 30",
            "",
            "line 4: `f` may run 30 seconds, but API Gateway answers `GET /` with 504 after 29",
        ),
        (
            "",
            "throttle: {rate: 5, burst: 2}",
            "line 6: with a burst of 2 below the rate of 5, calls are refused",
        ),
        (
            "",
            "auth: api_key\nusage_plan: {rate: 5, burst: 2}",
            "line 7: with a burst of 2 below the rate of 5",
        ),
        ("", "throttle: {rate: 0, burst: 2}", "line 6: a rate or burst of 0 lets no call through"),
        ("", "auth: api_key\ncors: {origins: [\"*\"]}", "line 7: every page may call with the key"),
        ("", "keys: [k]", "line 6: no route asks for a key: write `auth: api_key`"),
        ("", "usage_plan: {quota: 1/day}", "line 6: the usage plan limits nobody"),
        (
            "role: {statements: [{actions: ['*'], resources: ['*']}]}",
            "",
            "line 4: the role of `f` may do everything",
        ),
    ] {
        let warnings = warnings_of(&stack_with(function, api));
        assert_eq!(warnings.len(), 1, "{function} {api}: {warnings:?}");
        assert!(warnings[0].starts_with(want), "{warnings:?}");
    }
    let routes = |count: usize| {
        let routes: String = (0..count).map(|n| format!("    GET /a{n}/b: f\n")).collect();
        parse(&format!("stack: s\nfunctions: {{f: {{image: {{context: .}}}}}}\napi:\n  routes:\n{routes}"))
    };
    assert_eq!(routes(149).unwrap().warnings.len(), 0);
    assert!(routes(150).unwrap().warnings[0].mistake.message.contains("make 301 resources"));
}

/// As `line 4: …`.
fn warnings_of(text: &str) -> Vec<String> {
    let told = |w: &Warning| format!("line {}: {}", w.mistake.line().unwrap_or_default(), w.mistake.message);
    parse(text).unwrap().warnings.iter().map(told).collect()
}

#[test]
fn what_gives_more_than_it_seems_is_said() {
    for (role, want) in [
        ("policies: [AdministratorAccess]", "the role of `f` may do everything in the account (Admin"),
        (
            "policies: [\"arn:aws:iam::aws:policy/PowerUserAccess\"]",
            "the role of `f` may do everything in the account but",
        ),
        ("policies: [IAMFullAccess]", "the role of `f` may give itself every right"),
        (
            "statements: [{actions: ['iam:*'], resources: ['arn:aws:iam::1:role/x']}]",
            "the role of `f` may give itself every",
        ),
        (
            "statements: [{actions: ['*'], resources: ['arn:aws:s3:::b/*']}]",
            "the role of `f` may do everything with arn:aws:s3",
        ),
        (
            "statements: [{actions: ['s3:*'], resources: ['*']}]",
            "the role of `f` may do everything with all of s3",
        ),
    ] {
        let warnings = warnings_of(&stack_with(&format!("role: {{{role}}}"), ""));
        assert_eq!(warnings.len(), 1, "{role}: {warnings:?}");
        assert!(warnings[0].starts_with(&format!("line 4: {want}")), "{warnings:?}");
    }
    for role in [
        "policies: [AmazonS3ReadOnlyAccess]",
        "statements: [{actions: ['s3:*'], resources: ['arn:aws:s3:::b/*']}]",
    ] {
        assert_eq!(warnings_of(&stack_with(&format!("role: {{{role}}}"), "")), [""; 0]);
    }
}

#[test]
fn a_proxy_that_anybody_may_call_is_said_and_that_it_lacks_the_root() {
    let stack = |routes: &str, api: &str| {
        format!(
            "stack: s\nfunctions: {{f: {{image: {{context: .}}}}}}\napi:\n  routes: {{{routes}}}\n  {api}\n"
        )
    };
    let proxy = warnings_of(&stack("\"ANY /{proxy+}\": f", ""));
    assert_eq!(proxy.len(), 2, "{proxy:?}");
    assert!(proxy[0].contains("anybody may call `f` with every method"), "{proxy:?}");
    assert!(proxy[1].contains("does not cover `/` itself, which answers 403: add `ANY /: f`"), "{proxy:?}");
    assert_eq!(warnings_of(&stack("ANY /: f, \"ANY /{proxy+}\": f", "auth: api_key")), [""; 0]);
    assert_eq!(
        warnings_of(&stack("ANY /: f, \"ANY /{proxy+}\": f", "allow_from: [203.0.113.0/24]")),
        [""; 0]
    );
}

#[test]
fn functions_share_a_repository_by_name_or_because_they_are_built_from_the_same() {
    let of = |functions: &str| {
        let text =
            format!("stack: s\nregion: us-east-2\nfunctions:\n{functions}api: {{routes: {{GET /: a}}}}\n");
        let stack = parse(&text).unwrap();
        let repositories = stack.functions.values().map(|f| f.image.repository.clone());
        repositories.collect::<Vec<_>>()
    };
    // The first of the file, whatever the keys are.
    assert_eq!(of("  b: {image: {context: .}}\n  a: {image: {context: .}, command: x}\n"), ["s/b", "s/b"]);
    let named = "  a: {image: {context: ., repository: mine}}\n  b: {image: {context: .}}\n";
    assert_eq!(of(named), ["mine", "mine"]);
    let apart = "  a: {image: {context: .}}\n  b: {image: {context: ., repository: other}}\n";
    assert_eq!(of(apart), ["s/a", "other"]);
    let together =
        "  a: {image: {context: x, repository: s/all}}\n  b: {image: {archive: y, repository: s/all}}\n";
    assert_eq!(of(together), ["s/all", "s/all"]);
    for other in [
        "image: {context: other}",
        "image: {context: ., args: {A: b}}",
        "architecture: arm64, image: {context: .}",
    ] {
        assert_eq!(
            of(&format!("  a: {{image: {{context: .}}}}\n  b: {{{other}}}\n")),
            ["s/a", "s/b"],
            "{other}"
        );
    }
}
