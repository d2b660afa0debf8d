//! One run over a graph: what each step does, and what has come of all of them so far.

use super::{
    Change, Event, Id, Interrupted, Options, Report, Run, Stop,
    node::{Doomed, Wanted},
    walk::{Ended, There},
};
use anyhow::Result;
use std::{cell::RefCell, collections::BTreeSet, rc::Rc};

pub(super) struct Steps<'a> {
    pub options: &'a Options,
    sink: Rc<dyn Fn(Event)>,
    stop: &'a Stop,
    replaced: RefCell<BTreeSet<Id>>,
    report: RefCell<Report>,
}

impl<'a> Steps<'a> {
    pub(super) fn new(options: &'a Options, sink: Rc<dyn Fn(Event)>, stop: &'a Stop) -> Self {
        Self { options, sink, stop, replaced: RefCell::default(), report: RefCell::default() }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.report.borrow().is_complete()
    }

    pub(super) fn report(self) -> Report {
        self.report.into_inner()
    }

    fn run(&self, id: &Id) -> Run {
        Run::new(id.clone(), self.sink.clone(), self.stop.clone())
    }

    pub(super) async fn apply(&self, it: &dyn Wanted, there: There) -> Ended {
        let run = self.run(it.id()).with(there);
        let look_again = it.made_before().iter().any(|need| self.replaced.borrow().contains(need));
        let result = match self.stop.check() {
            Ok(()) => it.apply(look_again, self.options, &run).await,
            Err(interrupted) => Err(interrupted.into()),
        };
        if result.as_ref().is_ok_and(|acted| acted.replaced) {
            self.replaced.borrow_mut().insert(it.id().clone());
        }
        self.ended(it.id().clone(), result.map(|acted| acted.change))
    }

    pub(super) async fn delete(&self, it: &dyn Doomed) -> Ended {
        let run = self.run(it.id());
        let result = match self.stop.check() {
            Ok(()) => it.delete(self.options, &run).await,
            Err(interrupted) => Err(interrupted.into()),
        };
        self.ended(it.id().clone(), result.map(|()| Change::Delete))
    }

    fn ended(&self, id: Id, result: Result<Change>) -> Ended {
        let mut report = self.report.borrow_mut();
        match result {
            Ok(change) => {
                (self.sink)(Event::Done { id: id.clone(), change: change.clone() });
                report.done.push((id, change));
                return Ended::Well;
            }
            Err(error) if error.is::<Interrupted>() => {
                (self.sink)(Event::Skipped { id: id.clone(), because: "interrupted".to_owned() });
                report.interrupted = true;
                report.skipped.push(id);
            }
            Err(error) => {
                (self.sink)(Event::Failed { id: id.clone(), error: format!("{error:#}") });
                report.failed.push((id, error));
            }
        }
        Ended::Badly
    }

    pub(super) fn skip(&self, id: Id, cause: &Id) {
        (self.sink)(Event::Skipped { id: id.clone(), because: format!("it waits for {cause}") });
        self.report.borrow_mut().skipped.push(id);
    }
}
