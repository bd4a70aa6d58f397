//! What was proved of zones, as rows.

use isoneph_model::{GapCode, InputId};
use isoneph_network::model::Model;
use isoneph_network::model::form::Platform;
use isoneph_network::zones::{Intent, PairProof, Proof, Separation, Zone, ZoneKind};
use isoneph_tables::schema::{PolicyDifference, Reach};
use isoneph_tables::{Cell, Common, Row, Sink, SinkError};

/// A network, what was proved of it, and where its rows go.
pub(super) struct Shown<'a> {
    pub(super) model: &'a Model,
    pub(super) intent: &'a Intent,
    pub(super) proof: &'a Proof,
    /// The inputs, by the number of the source in the model.
    pub(super) inputs: &'a [InputId],
    pub(super) snapshot: i64,
}

/// Writes a row for each ordered pair of zones that the network holds both of, and one for each departure from the intent.
pub(super) fn write(shown: &Shown<'_>, sink: &mut Sink) -> Result<(), SinkError> {
    let zone = |name: &str| shown.intent.zones.iter().find(|zone| zone.name == name);
    for pair in shown.proof.pairs.iter().filter(|pair| pair.followed > 0) {
        let (Some(from), Some(to)) = (zone(&pair.from), zone(&pair.to)) else { continue };
        shown.pair(pair, from, to, sink)?;
    }
    Ok(())
}

impl Shown<'_> {
    fn pair(&self, pair: &PairProof, from: &Zone, to: &Zone, sink: &mut Sink) -> Result<(), SinkError> {
        let source = pair.origin.as_ref().map_or(0, |origin| origin.source);
        let input = self.inputs.get(source).or_else(|| self.inputs.first()).copied().unwrap_or(InputId(0));
        let locator = pair.origin.as_ref().map_or("#", |origin| origin.locator.as_str());
        let policy = self.model.sources.get(source).map_or_else(String::new, |source| source.path.clone());
        let target = Target { snapshot: self.snapshot, input, locator, provider: self.provider() };
        let name = format!("{} -> {}", from.name, to.name);
        let is_declared = !self.proof.derived && !from.implied && !to.implied;
        target.push(&name, &name, &self.reach(pair, from, to, (is_declared, &policy)), sink)?;
        if !is_declared {
            return Ok(());
        }
        for (at, direction, packet, rules) in departures(pair, &name) {
            let row = PolicyDifference {
                policy: policy.clone().into(),
                against: "intent".into(),
                layer: "virtual".into(),
                direction: direction.into(),
                packet: packet.into(),
                rules: rules.into(),
            };
            target.push(&format!("{name}#{at}"), &name, &row, sink)?;
        }
        Ok(())
    }

    fn reach(&self, pair: &PairProof, from: &Zone, to: &Zone, (is_declared, policy): (bool, &str)) -> Reach {
        let open = |value: Option<bool>| value.map_or(Cell::Gap(GapCode::UnresolvedReference), Cell::Known);
        let intended = match pair.separation {
            Separation::Apart => Some(true),
            Separation::Breach => Some(false),
            Separation::Undecided | Separation::HoldsNothing => None,
        };
        let is_doubted = pair.intended.iter().any(|allowed| allowed.open && !allowed.surely && !allowed.expired);
        Reach {
            from_zone: from.name.clone().into(),
            to_zone: to.name.clone().into(),
            from_tenant: from.tenant().into(),
            to_tenant: to.tenant().into(),
            from_kind: kind(from.kind).into(),
            to_kind: kind(to.kind).into(),
            passes: open(pair.passes),
            intended: open(intended),
            declared: if is_declared { true.into() } else { Cell::Gap(GapCode::NotCollected) },
            witness: pair.witness.as_ref().map_or_else(String::new, ToString::to_string).into(),
            path: hops(pair, false).into(),
            open_because: pair.because.join("; ").into(),
            model: self.proof.model.clone().into(),
            layer: "virtual".into(),
            policy: policy.to_owned().into(),
            blocked: if is_doubted { Cell::Gap(GapCode::UnresolvedReference) } else { blocked(pair).into() },
        }
    }

    fn provider(&self) -> &'static str {
        let mut platforms = self.model.parts.networks.iter().map(|network| network.platform);
        let first = platforms.next();
        match first.filter(|first| platforms.all(|other| other == *first)) {
            Some(Platform::Aws) => "aws",
            Some(Platform::Azure) => "azure",
            Some(Platform::Google) => "google",
            Some(Platform::Kubernetes) | None => "",
        }
    }
}

/// The way of the packet that shows a breach; of its rules alone, where only these are asked for.
fn hops(pair: &PairProof, rules_only: bool) -> Vec<String> {
    let hops = pair.witness.iter().flat_map(|witness| &witness.path);
    let told = hops.filter(|hop| !rules_only || hop.rule.is_some());
    told.map(|hop| match &hop.rule {
        Some(rule) => format!("{} {}: {rule}", hop.what, hop.name),
        None => format!("{} {}", hop.what, hop.name),
    })
    .collect()
}

/// Flows that are intended and do not pass.
fn blocked(pair: &PairProof) -> Vec<String> {
    let blocked = pair.intended.iter().filter(|allowed| !allowed.open && !allowed.expired);
    blocked.map(|allowed| format!("{} {}/{}", allowed.flow.reason, allowed.flow.proto, allowed.flow.port)).collect()
}

/// Where a pair departs from the intent: what tells it apart, which way, the packet and the rules responsible.
fn departures(pair: &PairProof, name: &str) -> Vec<(String, &'static str, String, Vec<String>)> {
    let more =
        pair.witness.iter().map(|witness| ("more".to_owned(), "permits-more", witness.to_string(), hops(pair, true)));
    let less = blocked(pair).into_iter().enumerate();
    let less = less.map(|(number, flow)| {
        (format!("less/{number}"), "permits-less", format!("{name}: {flow}"), pair.because.clone())
    });
    more.chain(less).collect()
}

/// The word for what a zone is.
pub(super) fn kind(kind: ZoneKind) -> &'static str {
    match kind {
        ZoneKind::Tenant => "tenant",
        ZoneKind::Administration => "administration",
        ZoneKind::Shared => "shared",
        ZoneKind::Internal => "internal",
        ZoneKind::Outside => "outside",
    }
}

/// Where rows go.
pub(super) struct Target<'a> {
    pub(super) snapshot: i64,
    pub(super) input: InputId,
    pub(super) locator: &'a str,
    pub(super) provider: &'a str,
}

impl Target<'_> {
    pub(super) fn push<R: Row>(&self, suffix: &str, name: &str, row: &R, sink: &mut Sink) -> Result<(), SinkError> {
        let place = sink.place(self.input, self.locator)?;
        let account = sink.declared_account(self.input);
        let text = |text: &str| Cell::Known(text.to_owned());
        let common = Common {
            uid: format!("{}:{suffix}", self.snapshot),
            provider: text(self.provider),
            account: account.map_or_else(Cell::default, Cell::Known),
            region: text("global"),
            native_type: text(""),
            native_id: text(""),
            name: text(name),
            tags: Cell::Known(Vec::new()),
            service: Cell::default(),
            tenant: Cell::default(),
        };
        sink.push(self.snapshot, place, &common, row)?;
        Ok(())
    }
}
