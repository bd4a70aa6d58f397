//! What resources say of rows of others: kept until every row is there.

use std::any::Any;
use std::rc::Rc;

use isoneph_model::GapCode;
use isoneph_tables::{Cell, Common, Row, TableId};

use super::super::references::Reference;
use super::super::resource::Resource;
use super::Stage;
use super::held::{Held, pass_on};

pub(super) type Set = Box<dyn FnOnce(&mut dyn Any)>;
pub(super) type SetEach = Box<dyn Fn(&Common, &mut dyn Any)>;
pub(super) type Forget = Box<dyn Fn(&mut dyn Any, GapCode)>;
/// Gives each row what the row it belongs to has.
pub(super) type Inherit = Box<dyn Fn(&mut [Held])>;

/// What a resource adds to rows of others.
pub(super) enum Facet {
    /// To the rows of one parent, or, when it is not known which, doubt to those of every parent of these types.
    Of {
        table: TableId,
        child: Rc<str>,
        children: Children,
        parent: Reference,
        types: &'static [&'static str],
        set: Set,
        forget: Forget,
        /// Which columns it forgets: the address of the function that does.
        forgets: usize,
    },
    /// To the rows of everything that refers to it by one of these attributes.
    Referrers { table: TableId, uid: String, via: &'static [&'static str], set: SetEach },
    /// To the rows of everything that stands in the same parent as it; doubt to those whose parent, or its own, is open.
    Members {
        table: TableId,
        child: Rc<str>,
        parent: Reference,
        via: &'static str,
        types: &'static [&'static str],
        set: SetEach,
        forget: Forget,
    },
    /// To the rows that a third resource ties to it.
    Linked { table: TableId, uid: String, set: SetEach },
    /// To the rows of everything in its account.
    Account { table: TableId, account: Cell<String>, provider: String, provider_key: Option<Rc<str>>, set: SetEach },
}

/// Whether a parent has one child of a type or may have several.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Children {
    /// One: a parent that has its own is not the one that a lost child belongs to.
    One,
    /// Several: any parent may be the one that a lost child belongs to.
    Several,
}

impl Stage<'_> {
    /// Sets columns of a parent's row in `R`: what `path` refers to, one of `types`. When that cannot be resolved,
    /// `forget` makes the same columns unknown in every parent that has no such child of its own.
    pub(crate) fn facet<R: Row + 'static>(
        &mut self,
        resource: &Resource,
        path: &str,
        types: &'static [&'static str],
        forget: fn(&mut R, GapCode),
        set: impl FnOnce(&mut R) + 'static,
    ) -> Reference {
        let parent = resource.reference(path, types);
        self.say(resource, facet_of(resource, Children::One, &parent, types, forget, set));
        parent
    }

    /// As [`facet`](Self::facet), where a parent may have several such children: `forget` reaches every parent. It and
    /// `set` add to what is known, and leave what another child has decided.
    pub(crate) fn facet_of_several<R: Row + 'static>(
        &mut self,
        resource: &Resource,
        path: &str,
        types: &'static [&'static str],
        forget: fn(&mut R, GapCode),
        set: impl FnOnce(&mut R) + 'static,
    ) -> Reference {
        let parent = resource.reference(path, types);
        self.say(resource, facet_of(resource, Children::Several, &parent, types, forget, set));
        parent
    }

    /// As [`facet`](Self::facet), for references that are already resolved.
    pub(crate) fn facet_each<R: Row + 'static>(
        &mut self,
        resource: &Resource,
        parents: &[Reference],
        types: &'static [&'static str],
        forget: fn(&mut R, GapCode),
        set: impl Fn(&mut R) + Clone + 'static,
    ) {
        for parent in parents {
            self.say(resource, facet_of(resource, Children::One, parent, types, forget, set.clone()));
        }
    }

    /// Ties one resource to another: see [`for_linked`](Self::for_linked).
    pub(crate) fn link(&mut self, from: &Reference, to: &Reference) {
        if let (Some(from), Some(to)) = (from.uid(), to.uid()) {
            self.links.entry(from.to_owned()).or_default().push(to.to_owned());
        }
    }

    /// Sets columns of the rows in `R` that a third resource has tied to this one with [`link`](Self::link). It comes
    /// after what that third resource itself sets.
    pub(crate) fn for_linked<R: Row + 'static>(
        &mut self,
        resource: &Resource,
        set: impl Fn(&Common, &mut R) + 'static,
    ) {
        self.say(resource, Facet::Linked { table: R::table(), uid: resource.uid().to_owned(), set: each(set) });
    }

    /// Once everything is set, gives each row in `R` what the row it belongs to has. Said once for a table.
    pub(crate) fn inherit<R: Row + Clone + 'static>(
        &mut self,
        parent_of: fn(&R) -> Option<&String>,
        inherit: fn(&R, &mut R),
    ) {
        if self.holding.contains(&R::table()) {
            self.inherits.entry(R::table()).or_insert_with(|| Box::new(move |held| pass_on(held, parent_of, inherit)));
        }
    }

    /// Sets columns of the rows in `R` of everything that refers to this resource by one of the attributes `via`.
    pub(crate) fn for_referrers<R: Row + 'static>(
        &mut self,
        resource: &Resource,
        via: &'static [&'static str],
        set: impl Fn(&Common, &mut R) + 'static,
    ) {
        self.say(resource, Facet::Referrers { table: R::table(), uid: resource.uid().to_owned(), via, set: each(set) });
    }

    /// Sets columns of the rows in `R` of everything that by its attribute `via` stands in `parent`, which this resource
    /// speaks of: a key in a ring that is bound. Rows of `types` (of the same provider, if none are given) whose own
    /// parent is not in the input, and all of them when `parent` is not, may be meant too: to these comes `forget`.
    pub(crate) fn for_members<R: Row + 'static>(
        &mut self,
        resource: &Resource,
        parent: &Reference,
        (via, types): (&'static str, &'static [&'static str]),
        forget: fn(&mut R, GapCode),
        set: impl Fn(&Common, &mut R) + 'static,
    ) {
        self.say(
            resource,
            Facet::Members {
                table: R::table(),
                child: Rc::from(resource.native_type.as_str()),
                parent: parent.clone(),
                via,
                types,
                set: each(set),
                forget: Box::new(move |row, code| {
                    if let Some(row) = row.downcast_mut::<R>() {
                        forget(row, code);
                    }
                }),
            },
        );
    }

    /// Sets columns of every row in `R` of the resource's account.
    pub(crate) fn for_account<R: Row + 'static>(
        &mut self,
        resource: &Resource,
        set: impl Fn(&Common, &mut R) + 'static,
    ) {
        self.say(
            resource,
            Facet::Account {
                table: R::table(),
                account: resource.common.account.clone(),
                provider: resource.common.provider.known().cloned().unwrap_or_default(),
                provider_key: resource.provider_key.as_deref().map(Rc::from),
                set: each(set),
            },
        );
    }

    fn say(&mut self, resource: &Resource, facet: Facet) {
        debug_assert!(self.holding.contains(&facet.table()), "{} does not say that it patches", resource.native_type);
        self.facets.push(facet);
    }
}

impl Facet {
    pub(super) fn table(&self) -> TableId {
        match self {
            Facet::Of { table, .. }
            | Facet::Referrers { table, .. }
            | Facet::Members { table, .. }
            | Facet::Linked { table, .. }
            | Facet::Account { table, .. } => *table,
        }
    }
}

fn facet_of<R: Row + 'static>(
    resource: &Resource,
    children: Children,
    parent: &Reference,
    types: &'static [&'static str],
    forget: fn(&mut R, GapCode),
    set: impl FnOnce(&mut R) + 'static,
) -> Facet {
    Facet::Of {
        table: R::table(),
        child: Rc::from(resource.native_type.as_str()),
        children,
        parent: parent.clone(),
        types,
        set: Box::new(|row| {
            if let Some(row) = row.downcast_mut::<R>() {
                set(row);
            }
        }),
        forget: Box::new(move |row, code| {
            if let Some(row) = row.downcast_mut::<R>() {
                forget(row, code);
            }
        }),
        forgets: forget as usize,
    }
}

fn each<R: Row + 'static>(set: impl Fn(&Common, &mut R) + 'static) -> SetEach {
    Box::new(move |common, row| {
        if let Some(row) = row.downcast_mut::<R>() {
            set(common, row);
        }
    })
}
