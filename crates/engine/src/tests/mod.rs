//! The engine on a toy cloud with a paused clock.

#![allow(clippy::unwrap_used)]

mod toys;

use super::*;
use std::{collections::BTreeMap, rc::Rc};
use tokio::time::Instant;
use toys::{Toy, Toys, doom, toy};

const DIAMOND: [(&str, &[&str]); 5] =
    [("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["b", "c"]), ("e", &[])];

/// `a`, then `b` and `c` at once, then `d`; `e` alone.
fn diamond(cloud: &Rc<Toys>) -> Graph {
    let mut graph = Graph::default();
    let mut handles = BTreeMap::new();
    for (id, others) in DIAMOND {
        let handle = graph.want(|needs| {
            others.iter().for_each(|other| needs.after(&handles[other]));
            toy(cloud, id)
        });
        handles.insert(id, handle);
    }
    graph
}

/// The same, all of it to be deleted.
fn doomed_diamond(cloud: &Rc<Toys>) -> Graph {
    let mut graph = Graph::default();
    for (id, others) in DIAMOND {
        graph.doom(doom(toy(cloud, id), others));
    }
    graph
}

fn nobody() -> Rc<dyn Fn(Event)> {
    Rc::new(|_| {})
}

async fn up(graph: &Graph) -> Report {
    graph.observe().await.unwrap();
    graph.apply(&Options::default(), nobody(), &Stop::default()).await
}

#[tokio::test(start_paused = true)]
async fn makes_in_parallel_along_the_needs_and_then_has_nothing_to_do() {
    let cloud = Rc::new(Toys::default());
    let graph = diamond(&cloud);
    assert!(up(&graph).await.is_complete());
    assert_eq!(cloud.take_log(), ["0 create a", "0 create e", "1 create b", "1 create c", "2 create d"]);
    let again = diamond(&cloud);
    again.observe().await.unwrap();
    assert!(!again.plan(&Options::default()).unwrap().has_changes());
}

/// `a` takes three seconds more after it is there; `f` only follows it, `n` needs it.
fn follower(cloud: &Rc<Toys>) -> Graph {
    let mut graph = Graph::default();
    let a = graph.want(|_| Toy { completed_after: 3, ..toy(cloud, "a") });
    graph.want(|needs| {
        needs.follows(&a);
        toy(cloud, "f")
    });
    graph.want(|needs| {
        needs.after(&a);
        toy(cloud, "n")
    });
    graph
}

#[tokio::test(start_paused = true)]
async fn what_only_follows_begins_as_soon_as_it_is_there() {
    let cloud = Rc::new(Toys::default());
    assert!(up(&follower(&cloud)).await.is_complete());
    assert_eq!(cloud.take_log(), ["0 create a", "1 create f", "4 create n"]);
    cloud.things.borrow_mut().remove("f");
    assert!(up(&follower(&cloud)).await.is_complete());
    assert_eq!(cloud.take_log(), ["0 create f"]);
}

#[tokio::test(start_paused = true)]
async fn what_follows_something_that_failed_is_skipped() {
    let cloud = Rc::new(Toys::default());
    cloud.failing.borrow_mut().push("a".to_owned());
    let report = up(&follower(&cloud)).await;
    assert_eq!(report.skipped, [Id::only("f"), Id::only("n")]);
    assert_eq!(cloud.take_log(), ["0 create a"]);
}

#[tokio::test(start_paused = true)]
async fn observes_everything_at_once() {
    let cloud = Rc::new(Toys::default());
    let before = Instant::now();
    diamond(&cloud).observe().await.unwrap();
    assert_eq!(before.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_skips_what_waits_and_the_rest_finishes() {
    let cloud = Rc::new(Toys::default());
    cloud.failing.borrow_mut().push("b".to_owned());
    let report = up(&diamond(&cloud)).await;
    assert_eq!(
        report.failed.iter().map(|(id, e)| format!("{id}: {e}")).collect::<Vec<_>>(),
        ["b: the toy broke"]
    );
    assert_eq!(report.skipped, [Id::only("d")]);
    assert_eq!(cloud.things.borrow().keys().collect::<Vec<_>>(), ["a", "c", "e"]);
}

#[tokio::test(start_paused = true)]
async fn destroys_in_the_other_direction() {
    let cloud = Rc::new(Toys::default());
    let graph = diamond(&cloud);
    up(&graph).await;
    cloud.take_log();
    let graph = doomed_diamond(&cloud);
    graph.observe().await.unwrap();
    assert!(graph.destroy(&Options::default(), nobody(), &Stop::default()).await.is_complete());
    assert_eq!(cloud.take_log(), ["0 delete e", "0 delete d", "1 delete c", "1 delete b", "2 delete a"]);
}

#[tokio::test(start_paused = true)]
async fn retires_what_left_the_file_after_the_rest() {
    let cloud = Rc::new(Toys::default());
    up(&diamond(&cloud)).await;
    cloud.take_log();
    let mut graph = Graph::default();
    graph.want(|_| Toy { size: 2, ..toy(&cloud, "a") });
    graph.doom(doom(toy(&cloud, "b"), &[]));
    assert!(up(&graph).await.is_complete());
    assert_eq!(cloud.take_log(), ["0 update a", "1 delete b"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_ours_is_refused_and_never_deleted() {
    let cloud = Rc::new(Toys::default());
    cloud.things.borrow_mut().insert("a".to_owned(), (9, Owner::Other("toy a (id 7)".to_owned())));
    let graph = diamond(&cloud);
    graph.observe().await.unwrap();
    let plan = graph.plan(&Options::default()).unwrap();
    let refusals: Vec<_> = plan.refusals().map(|(id, why)| format!("{id}: {why}")).collect();
    assert_eq!(refusals, ["a: toy a (id 7) is there already and is not this stack's; --adopt takes it over"]);
    assert!(graph.plan(&Options { adopt: true, ..Options::default() }).unwrap().refusals().next().is_none());
    let doomed = doomed_diamond(&cloud);
    doomed.observe().await.unwrap();
    doomed
        .destroy(&Options { include_adopted: true, ..Options::default() }, nobody(), &Stop::default())
        .await;
    assert!(cloud.things.borrow().contains_key("a"));
}

#[tokio::test(start_paused = true)]
async fn adopted_things_outlive_a_destroy_unless_asked() {
    let cloud = Rc::new(Toys::default());
    cloud.things.borrow_mut().insert("a".to_owned(), (1, Owner::Adopted));
    let graph = doomed_diamond(&cloud);
    graph.observe().await.unwrap();
    graph.destroy(&Options::default(), nobody(), &Stop::default()).await;
    assert!(cloud.things.borrow().contains_key("a"));
    graph.destroy(&Options { include_adopted: true, ..Options::default() }, nobody(), &Stop::default()).await;
    assert!(cloud.things.borrow().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_replacement_needs_consent_and_makes_dependents_look_again() {
    let cloud = Rc::new(Toys::default());
    up(&diamond(&cloud)).await;
    let mut graph = Graph::default();
    let a = graph.want(|_| Toy { size: 5, replaced_above: 3, ..toy(&cloud, "a") });
    graph.want(|needs| {
        needs.after(&a);
        toy(&cloud, "b")
    });
    graph.observe().await.unwrap();
    assert_eq!(graph.plan(&Options::default()).unwrap().refusals().count(), 1);
    // What the replacement took along is only found by looking again.
    cloud.things.borrow_mut().remove("b");
    cloud.take_log();
    let replace = Options { replace: true, ..Options::default() };
    assert!(graph.apply(&replace, nobody(), &Stop::default()).await.is_complete());
    assert_eq!(cloud.take_log(), ["0 update a", "2 create b"]);
}

#[tokio::test(start_paused = true)]
async fn what_turns_out_to_need_a_replacement_takes_the_same_consent() {
    let cloud = Rc::new(Toys::default());
    up(&diamond(&cloud)).await;
    for (replace, failed, log) in [
        (false, vec!["it can't grow; --replace agrees to that"], vec![]),
        (true, vec![], vec!["0 replace a"]),
    ] {
        cloud.take_log();
        let mut graph = Graph::default();
        graph.want(|_| Toy { size: 5, rigid: true, ..toy(&cloud, "a") });
        graph.observe().await.unwrap();
        let options = Options { replace, ..Options::default() };
        let report = graph.apply(&options, nobody(), &Stop::default()).await;
        assert_eq!(report.failed.iter().map(|(_, e)| e.to_string()).collect::<Vec<_>>(), failed);
        assert_eq!(cloud.take_log(), log);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_kept_thing_uses_is_kept_with_it_and_is_left() {
    let cloud = Rc::new(Toys::default());
    cloud.things.borrow_mut().extend([
        ("role".to_owned(), (1, Owner::Us)),
        ("group".to_owned(), (1, Owner::Us)),
        ("function".to_owned(), (1, Owner::Other("the function f".to_owned()))),
    ]);
    let mut graph = Graph::default();
    graph.doom(doom(toy(&cloud, "role"), &[]));
    graph.doom(doom(toy(&cloud, "group"), &[]));
    let function = Toy { works_with: vec!["role"], ..toy(&cloud, "function") };
    graph.doom(doom(function, &["role", "group"]));
    graph.observe().await.unwrap();
    let plan = graph.plan_destroy(&Options::default());
    assert_eq!(plan.left().map(|i| i.id.to_string()).collect::<Vec<_>>(), ["function", "role"]);
    assert_eq!(plan.change_of(&Id::only("role")), Some(&Change::Keep));
    assert!(graph.destroy(&Options::default(), nobody(), &Stop::default()).await.is_complete());
    assert_eq!(cloud.things.borrow().keys().collect::<Vec<_>>(), ["function", "role"]);
}

#[tokio::test(start_paused = true)]
async fn what_aws_would_not_delete_is_said_before() {
    let cloud = Rc::new(Toys::default());
    up(&diamond(&cloud)).await;
    let mut graph = Graph::default();
    graph.doom(doom(Toy { stuck: true, ..toy(&cloud, "a") }, &[]));
    graph.doom(doom(Toy { stuck: true, ..toy(&cloud, "b") }, &[]));
    graph.observe().await.unwrap();
    let refused = |plan: Plan| plan.refusals().map(|(id, why)| format!("{id}: {why}")).collect::<Vec<_>>();
    let options = Options::default();
    let [a, b] = ["a: it is glued to the floor", "b: it is glued to the floor"];
    assert_eq!(refused(graph.plan_destroy(&options)), [b, a]);
    assert_eq!(refused(graph.plan(&options).unwrap()), [a, b]);
}

#[tokio::test(start_paused = true)]
async fn what_people_use_changes_last_and_what_is_new_need_not_wait() {
    for is_there in [true, false] {
        let cloud = Rc::new(Toys::default());
        if is_there {
            cloud.things.borrow_mut().insert("stage".to_owned(), (1, Owner::Us));
        }
        let mut graph = Graph::default();
        let function = graph.want(|_| toy(&cloud, "function"));
        graph.want(|needs| {
            needs.changes_after(&function);
            Toy { size: 2, ..toy(&cloud, "stage") }
        });
        assert!(up(&graph).await.is_complete());
        let expected: &[&str] = if is_there {
            &["0 create function", "1 update stage"]
        } else {
            &["0 create function", "0 create stage"]
        };
        assert_eq!(cloud.take_log(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn what_aws_reports_is_a_secret_until_the_file_shows_it() {
    let have =
        serde_json::json!({ "shown": { SECRET: "a" }, "hidden": { SECRET: "b" }, "gone": { SECRET: "c" } });
    let want = serde_json::json!({ "shown": "a", "hidden": { SECRET: "b" } });
    let Change::Update(fields) = Change::between(Some(&have), &want).unwrap() else {
        panic!("no difference")
    };
    assert_eq!(fields.iter().map(|f| f.path.as_str()).collect::<Vec<_>>(), ["gone"]);
    let want = serde_json::json!({ "shown": "z", "hidden": "y", "gone": { SECRET: "c" } });
    let Change::Update(fields) = Change::between(Some(&have), &want).unwrap() else {
        panic!("no difference")
    };
    assert_eq!(
        fields.iter().map(|f| (&f.have, &f.want)).collect::<Vec<_>>(),
        [(&"b".into(), &"y".into()), (&"a".into(), &"z".into())]
    );
}
