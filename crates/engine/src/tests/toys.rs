//! A toy cloud, and its one kind of things.

use crate::{Applied, Deletable, Doom, Found, Id, Kind, NeedsReplacement, Owner, Run, Wish};
use anyhow::{Result, bail};
use serde::Serialize;
use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};
use tokio::time::Instant;

/// Things by id, and a log of what was done to them, with the seconds.
#[derive(Default)]
pub(super) struct Toys {
    pub(super) things: RefCell<BTreeMap<String, (u32, Owner)>>,
    log: RefCell<Vec<String>>,
    pub(super) failing: RefCell<Vec<String>>,
    started: RefCell<Option<Instant>>,
}

impl Toys {
    fn say(&self, what: &str) {
        let at = self.started.borrow_mut().get_or_insert_with(Instant::now).elapsed().as_secs();
        self.log.borrow_mut().push(format!("{at} {what}"));
    }
    pub(super) fn take_log(&self) -> Vec<String> {
        *self.started.borrow_mut() = None;
        self.log.take()
    }
}

#[derive(Clone)]
pub(super) struct Toy {
    pub(super) cloud: Rc<Toys>,
    pub(super) id: &'static str,
    pub(super) size: u32,
    pub(super) works_with: Vec<&'static str>,
    pub(super) replaced_above: u32,
    /// Seconds from when it is there until it is done.
    pub(super) completed_after: u64,
    /// AWS would not delete it.
    pub(super) stuck: bool,
    /// No update is possible in place.
    pub(super) rigid: bool,
}

#[derive(Serialize)]
pub(super) struct ToySettings {
    pub(super) size: u32,
}

impl Kind for Toy {
    const NAME: &'static str = "toy";
    type Settings = ToySettings;
    type Output = u32;
    fn id(&self) -> Id {
        Id::only(self.id)
    }
    async fn find(&self) -> Result<Option<Found<Self>>> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let thing = self.cloud.things.borrow().get(self.id).cloned();
        Ok(thing.map(|(size, owner)| Found { settings: ToySettings { size }, output: size, owner }))
    }
}

impl Deletable for Toy {
    fn undeletable(&self, _: &Found<Self>) -> Option<String> {
        self.stuck.then(|| "it is glued to the floor".to_owned())
    }
    fn loses(&self, _: &Found<Self>) -> Option<String> {
        Some("its colour".to_owned())
    }
    fn address(&self, _: &Found<Self>) -> Option<String> {
        Some(self.id.to_owned())
    }
    fn works_with(&self, _: &Found<Self>) -> Vec<String> {
        self.works_with.iter().map(|id| (*id).to_owned()).collect()
    }
    async fn delete(&self, _: &Found<Self>, run: &Run) -> Result<()> {
        run.stop.check()?;
        self.cloud.say(&format!("delete {}", self.id));
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.cloud.things.borrow_mut().remove(self.id);
        Ok(())
    }
}

impl Wish for Toy {
    type Kind = Self;
    fn kind(&self) -> &Self {
        self
    }
    fn settings(&self, _: Option<&Found<Self>>) -> Result<ToySettings> {
        Ok(ToySettings { size: self.size })
    }
    fn replaces(&self, found: &Found<Self>, want: &ToySettings) -> Option<String> {
        (want.size > self.replaced_above && found.settings.size != want.size)
            .then(|| "its colour is lost".to_owned())
    }
    async fn replace(&self, _: &Found<Self>, want: &ToySettings, run: &Run) -> Result<Applied<u32>> {
        Ok(Applied::replaced(self.write("replace", want.size, run).await?))
    }
    async fn create(&self, want: &ToySettings, run: &Run) -> Result<u32> {
        self.write("create", want.size, run).await
    }
    async fn update(&self, _: &Found<Self>, want: &ToySettings, run: &Run) -> Result<Applied<u32>> {
        if self.rigid {
            bail!(NeedsReplacement("it can't grow".to_owned()));
        }
        let size = self.write("update", want.size, run).await?;
        Ok(if size > self.replaced_above { Applied::replaced(size) } else { Applied::in_place(size) })
    }
}

impl Toy {
    async fn write(&self, verb: &str, size: u32, run: &Run) -> Result<u32> {
        self.cloud.say(&format!("{verb} {}", self.id));
        run.stop.sleep(Duration::from_secs(1)).await?;
        if self.cloud.failing.borrow().iter().any(|f| f == self.id) {
            bail!("the toy broke");
        }
        self.cloud.things.borrow_mut().insert(self.id.to_owned(), (size, Owner::Us));
        run.there();
        tokio::time::sleep(Duration::from_secs(self.completed_after)).await;
        Ok(size)
    }
}

pub(super) fn toy(cloud: &Rc<Toys>, id: &'static str) -> Toy {
    Toy {
        cloud: cloud.clone(),
        id,
        size: 1,
        works_with: Vec::new(),
        replaced_above: u32::MAX,
        stuck: false,
        rigid: false,
        completed_after: 0,
    }
}

/// One that goes before `others`.
pub(super) fn doom(kind: Toy, others: &[&str]) -> Doom<Toy> {
    let goes_before = others.iter().map(|id| Id::only(id)).collect();
    Doom { goes_before, ..Doom::of(kind) }
}
