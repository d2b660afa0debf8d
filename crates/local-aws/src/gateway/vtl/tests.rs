#![allow(clippy::unwrap_used)]

use super::*;
use serde_json::Value;
use serde_json::json;

fn scope(headers: Value) -> Scope {
    Scope {
        params: json!({ "path": { "id": "7" }, "querystring": { "q": "x y" }, "header": headers }),
        body: r#"{"user": {"name": "Ann"}, "tags": ["a", "b"]}"#.to_owned(),
        context: json!({ "requestId": "r-1", "stage": "default", "error": { "messageString": "\"no\"" } }),
        stage_variables: json!({ "tier": "gold" }),
        method: None,
    }
}

#[test]
fn every_construct_renders_as_velocity_does() {
    let table = [
        ("plain $ 5 and #1 text", "plain $ 5 and #1 text"),
        ("$context.stage/${context.requestId}x", "default/r-1x"),
        ("[$context.nothing][$stageVariables.none]", "[][]"),
        ("$unknown and $!unknown.", "$unknown and ."),
        ("#set($a = 'one')$a-$stageVariables.tier", "$a-gold"),
        ("#set($a = 'one')${a}-$a", "one-one"),
        ("#set($a = \"<$context.stage>\")$a", "<default>"),
        ("#if($input.params('id') == 7)yes#{else}no#end", "yes"),
        ("#if(!($context.stage == 'x') && true)yes#end", "yes"),
        ("#if($context.stage == 'x' || $input.params('none') == '')yes#end", "yes"),
        ("#if(false)1#elseif(2 < 3)2#else 3#end", "2"),
        ("#if($nothing)1#else\n2#end", "2"),
        ("a ## gone\nb #* gone *#c", "a b c"),
        ("$input.params().querystring.get('q') $input.params('q')", "x y x y"),
        (
            "$input.json('$.user') $input.path('$.user.name') $input.path('$.tags')[1]",
            r#"{"name":"Ann"} Ann b"#,
        ),
        ("$util.escapeJavaScript(\"it's/é\")", r"it\'s\/\u00E9"),
        ("$util.urlEncode('a b&c') $util.base64Encode('hi')", "a+b%26c aGk="),
        ("#set($l = ['a', 'b'])$l.size() $l.contains('b')", "2 true"),
        ("$context.error.messageString", "\"no\""),
    ];
    for (template, expected) in table {
        assert_eq!(
            render(template, &scope(json!({}))).map(|r| r.text),
            Ok(expected.to_owned()),
            "{template}"
        );
    }
}

#[test]
fn what_cannot_be_evaluated_fails_and_says_why() {
    let table = [
        ("#foreach($x in $y)$x#end", "#foreach is not implemented"),
        ("#if(true)no end", "#if without #end"),
        ("#end", "#end without #if"),
        ("#set($a = 1 + 1)", "expected )"),
        ("#set($a = )", "is no expression"),
        ("$util.magic('x')", "$util.magic is not implemented"),
        ("$input.params('q').split(' ')", "method split"),
        ("$input.json('$..name')", "JSONPath"),
        ("#set($context.stage = 'x')", "cannot change $context"),
        ("#set($context.responseOverride.status = 'abc')", "cannot be \"abc\""),
        ("#if('a' < 'b')x#end", "compare numbers only"),
        ("\\$escaped", "escaped"),
    ];
    for (template, expected) in table {
        let failure = render(template, &scope(json!({}))).unwrap_err();
        assert!(failure.0.contains(expected), "{template}: {failure}");
    }
}

#[test]
fn nesting_and_size_are_bounded() {
    let deep = format!("#if({}true{})x#end", "(".repeat(5000), ")".repeat(5000));
    assert!(render(&deep, &scope(json!({}))).unwrap_err().0.contains("nested deeper"));
    let nested = "#if(true)".repeat(5000);
    assert!(render(&nested, &scope(json!({}))).unwrap_err().0.contains("nested deeper"));
    let large = "x".repeat(TEMPLATE_LIMIT + 1);
    assert!(render(&large, &scope(json!({}))).unwrap_err().0.contains("larger than"));
}

#[test]
fn a_long_chain_is_no_deep_tree() {
    let chain = |word: &str| format!("#if(1{})yes#{{else}}no#end", format!("{word}1").repeat(50_000));
    for word in ["&&", "||"] {
        assert_eq!(render(&chain(word), &scope(json!({}))).unwrap().text, "yes");
    }
    for word in ["==", "<"] {
        assert!(
            render(&chain(word), &scope(json!({}))).unwrap_err().0.contains("comparisons of comparisons")
        );
    }
}

#[test]
fn what_doubles_with_every_line_ends() {
    for (first, line) in [
        ("#set($x = 'abcdefgh')", "#set($x = \"$x$x\")"),
        ("#set($x = ['a'])", "#set($x = [$x, $x])"),
        ("#set($x = ['a'])", "#set($x = [$x])"),
        ("#set($x = '%')", "#set($x = $util.urlEncode($util.urlEncode(\"$x$x\")))"),
        ("#set($x = 'abcdefgh')", "#set($y = \"$y$x\")#set($x = \"$x$y$x\")"),
    ] {
        let since = std::time::Instant::now();
        let template = format!("{first}{}", line.repeat(5_000));
        assert!(render(&template, &scope(json!({}))).is_err(), "{line}");
        assert!(since.elapsed().as_secs() < 20, "{line} took {:?}", since.elapsed());
    }
}

const ECHO: &str = r#"#set($origin = $input.params().header.get("Origin"))
#if($origin == "") #set($origin = $input.params().header.get("origin")) #end
#if($origin == "https://b.example" || $origin == "https://c.example")
  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)
#end
"#;

#[test]
fn the_template_for_several_origins_echoes_an_allowed_one_only() {
    for (header, origin, echoed) in [
        ("Origin", "https://b.example", true),
        ("origin", "https://c.example", true),
        ("Origin", "https://evil.example", false),
        ("X-Other", "https://b.example", false),
    ] {
        let rendered = render(ECHO, &scope(json!({ header: origin }))).unwrap();
        let expected = echoed.then(|| origin.to_owned());
        assert_eq!(
            rendered.headers.get("Access-Control-Allow-Origin").cloned(),
            expected,
            "{header}: {origin}"
        );
        assert_eq!(rendered.text.trim(), "");
    }
}

#[test]
fn a_header_overridden_twice_is_refused() {
    let once = "#set($context.responseOverride.header.X-A = 'v')";
    assert_eq!(render(once, &scope(json!({}))).unwrap().headers["X-A"], "v");
    assert!(render(&once.repeat(2), &scope(json!({}))).unwrap_err().0.contains("set twice"));
}

#[test]
fn substitution_knows_references_only() {
    let text = substitute("#set($a = 1) $context.stage", &scope(json!({}))).unwrap();
    assert_eq!(text, "#set($a = 1) default");
}
