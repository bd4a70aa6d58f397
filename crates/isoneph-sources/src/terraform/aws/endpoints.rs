//! Listeners of load balancers.

use isoneph_model::GapCode;
use isoneph_tables::schema::Endpoint;
use isoneph_tables::{Cell, Common};

use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_alb", load_balancer, &[]).patching(&[table::<Endpoint>]),
    Mapping::new("aws_alb_listener", listener, &[table::<Endpoint>]),
    Mapping::new("aws_alb_listener_rule", rule, &[]).patching(&[table::<Endpoint>]),
    Mapping::new("aws_elb", classic, &[table::<Endpoint>]),
    Mapping::new("aws_lb", load_balancer, &[]).patching(&[table::<Endpoint>]),
    Mapping::new("aws_lb_listener", listener, &[table::<Endpoint>]),
    Mapping::new("aws_lb_listener_rule", rule, &[]).patching(&[table::<Endpoint>]),
];

const LISTENERS: &[&str] = &["aws_lb_listener", "aws_alb_listener"];
const LOAD_BALANCERS: &[&str] = &["aws_lb", "aws_alb"];

/// What all listeners of a load balancer share is written on the load balancer.
fn load_balancer(resource: &Resource, stage: &mut Stage) {
    let public = resource.unset_if_computed("internal", resource.bool("internal")).or(false).not();
    let access_log = access_log(resource);
    stage.for_referrers::<Endpoint>(resource, &["load_balancer_arn"], move |_: &Common, row| {
        row.public = public.clone();
        row.access_log = access_log.clone();
    });
}

fn access_log(resource: &Resource) -> Cell<bool> {
    match resource.block("access_logs") {
        Attr::Known(block) => match resource.native_type() {
            // On a classic load balancer the block alone switches it on.
            "aws_elb" => block.bool("enabled").or(true),
            _ => block.bool("enabled").or(false),
        },
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

fn listener(resource: &Resource, stage: &mut Stage) {
    let load_balancer = resource.reference("load_balancer_arn", LOAD_BALANCERS);
    let protocol = resource.text("protocol").cell();
    let redirects = redirects(resource, "default_action");
    let own = protocol.clone().and_then(|protocol| encrypted(&protocol));
    // Without the protocol it cannot be said who redirects whom.
    let tls = own.clone().and_then(|encrypted| if encrypted { true.into() } else { redirects });
    stage.add(
        resource,
        Endpoint {
            kind: "load-balancer".into(),
            resource: load_balancer.cell(),
            public: Cell::default(),
            restricted: Cell::default(),
            port: resource.int("port").or(0),
            tls,
            tls_min: own.and_then(|encrypted| if encrypted { lowest(resource) } else { Cell::Known(String::new()) }),
            has_waf: Cell::default(),
            access_log: Cell::default(),
            authenticated: authenticated(resource),
            certificate_expires_at: Cell::default(),
        },
    );
}

/// What passes bytes on leaves it to whom they are for.
fn encrypted(protocol: &str) -> Cell<bool> {
    match protocol.to_ascii_uppercase().as_str() {
        "HTTPS" | "TLS" | "SSL" => true.into(),
        "HTTP" => false.into(),
        _ => Cell::default(),
    }
}

/// A rule of a listener answers before its default action does: where it does not redirect, a plain listener is plain.
fn rule(resource: &Resource, stage: &mut Stage) {
    let redirects = redirects(resource, "action");
    if redirects == Cell::Known(true) {
        return;
    }
    let doubt = |row: &mut Endpoint, code| answer(row, &Cell::Gap(code));
    stage.facet_of_several::<Endpoint>(resource, "listener_arn", LISTENERS, doubt, move |row| answer(row, &redirects));
}

/// What a rule leaves of a listener's encryption. Only of a listener that is plain itself is the lowest version known to
/// be none: where it is not, the rule answers under TLS as the listener does.
fn answer(row: &mut Endpoint, redirects: &Cell<bool>) {
    if row.tls_min.known().is_some_and(String::is_empty) {
        row.tls = row.tls.clone().and(redirects.clone());
    }
}

/// Whether what nothing else answers is sent to where TLS is.
fn redirects(resource: &Resource, actions: &str) -> Cell<bool> {
    let actions = match resource.blocks(actions) {
        Attr::Known(actions) => actions,
        Attr::Unset => return false.into(),
        Attr::Unknown(code) => return Cell::Gap(code),
    };
    let to_tls = |action: &Block<'_>| {
        let is_redirect = action.text("type").cell().map(|kind| kind == "redirect");
        // `#{protocol}`, the one that is left out, is the listener's own.
        is_redirect.and(action.text("redirect.protocol").or("#{protocol}").map(|protocol| protocol == "HTTPS"))
    };

    actions.iter().map(to_tls).fold(Cell::Known(false), Cell::either)
}

fn authenticated(resource: &Resource) -> Cell<bool> {
    let by_certificate = resource.text("mutual_authentication.mode").or("off").map(|mode| mode == "verify");
    let actions = match resource.blocks("default_action") {
        Attr::Known(actions) => actions,
        Attr::Unset => return by_certificate,
        Attr::Unknown(code) => return by_certificate.either(Cell::Gap(code)),
    };
    let asks = |action: &Block<'_>| action.text("type").cell().map(|kind| kind.starts_with("authenticate-"));
    actions.iter().map(asks).fold(by_certificate, Cell::either)
}

fn lowest(resource: &Resource) -> Cell<String> {
    let policy =
        resource.unset_if_computed("ssl_policy", resource.text("ssl_policy")).or_default(resource, "aws.lb.ssl_policy");
    policy.and_then(|policy| policy_floor(&policy).map_or(Cell::Gap(GapCode::Unreadable), |v| Cell::Known(v.into())))
}

/// The lowest version of TLS of a security policy, which its name tells.
pub(crate) fn policy_floor(policy: &str) -> Option<&'static str> {
    let name = policy.strip_prefix("ELBSecurityPolicy-")?;
    if let Some(rest) = name.strip_prefix("TLS13-1-").or_else(|| name.strip_prefix("FS-1-")) {
        return match rest.bytes().next()? {
            b'0' => Some("1.0"),
            b'1' => Some("1.1"),
            b'2' => Some("1.2"),
            b'3' => Some("1.3"),
            _ => None,
        };
    }
    if let Some(rest) = name.strip_prefix("TLS-1-") {
        return match rest.bytes().next()? {
            b'0' => Some("1.0"),
            b'1' => Some("1.1"),
            b'2' => Some("1.2"),
            _ => None,
        };
    }
    let oldest = ["2016-08", "2015-05", "2015-03", "2015-02", "2014-10", "2014-01", "2011-08", "FS-2018-06"];
    oldest.contains(&name).then_some("1.0")
}

fn classic(resource: &Resource, stage: &mut Stage) {
    let public = resource.unset_if_computed("internal", resource.bool("internal")).or(false).not();
    let access_log = access_log(resource);
    for block in resource.blocks("listener").known().into_iter().flatten() {
        let tls = block.text("lb_protocol").cell().and_then(|protocol| encrypted(&protocol));
        let row = Endpoint {
            kind: "load-balancer".into(),
            resource: resource.uid().into(),
            public: public.clone(),
            restricted: Cell::default(),
            port: block.int("lb_port").cell(),
            // Its cipher policy is a resource of its own, tied to it by name and port.
            tls_min: tls.clone().and_then(|tls| if tls { Cell::default() } else { Cell::Known(String::new()) }),
            tls,
            has_waf: false.into(),
            access_log: access_log.clone(),
            authenticated: false.into(),
            certificate_expires_at: Cell::default(),
        };
        stage.add_block(resource, block, row);
    }
}

#[cfg(test)]
mod tests {
    use super::policy_floor;

    #[test]
    fn the_name_of_a_policy_tells_its_floor() {
        for (name, floor) in [
            ("ELBSecurityPolicy-2016-08", Some("1.0")),
            ("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", Some("1.2")),
            ("ELBSecurityPolicy-FS-1-2-Res-2020-10", Some("1.2")),
            ("ELBSecurityPolicy-FS-2018-06", Some("1.0")),
            ("ELBSecurityPolicy-TLS13-1-2-2021-06", Some("1.2")),
            ("ELBSecurityPolicy-TLS13-1-0-2021-06", Some("1.0")),
            ("ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04", Some("1.3")),
            ("ELBSecurityPolicy-Next", None),
            ("mine", None),
        ] {
            assert_eq!(policy_floor(name), floor, "{name}");
        }
    }
}
