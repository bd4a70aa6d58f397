//! What takes connections on Google Cloud: the proxies of its load balancers.

use isoneph_model::GapCode;
use isoneph_tables::schema::Endpoint;
use isoneph_tables::{Cell, Common};

use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_compute_forwarding_rule", forwarding_rule, &[]).patching(&[table::<Endpoint>]),
    Mapping::new("google_compute_global_forwarding_rule", forwarding_rule, &[]).patching(&[table::<Endpoint>]),
    Mapping::new("google_compute_region_ssl_policy", ssl_policy, &[]).patching(&[table::<Endpoint>]),
    Mapping::new("google_compute_region_target_http_proxy", plain_proxy, &[table::<Endpoint>]),
    Mapping::new("google_compute_region_target_https_proxy", tls_proxy, &[table::<Endpoint>]),
    Mapping::new("google_compute_region_url_map", url_map, &[]).patching(&[table::<Endpoint>]),
    Mapping::new("google_compute_security_policy", security_policy, &[]),
    Mapping::new("google_compute_ssl_policy", ssl_policy, &[]).patching(&[table::<Endpoint>]),
    Mapping::new("google_compute_target_http_proxy", plain_proxy, &[table::<Endpoint>]),
    Mapping::new("google_compute_target_https_proxy", tls_proxy, &[table::<Endpoint>]),
    Mapping::new("google_compute_target_ssl_proxy", tls_proxy, &[table::<Endpoint>]),
    Mapping::new("google_compute_url_map", url_map, &[]).patching(&[table::<Endpoint>]),
];

const PROXIES: &[&str] = &[
    "google_compute_region_target_http_proxy",
    "google_compute_region_target_https_proxy",
    "google_compute_target_http_proxy",
    "google_compute_target_https_proxy",
    "google_compute_target_ssl_proxy",
];
const SSL_POLICIES: &[&str] = &["google_compute_ssl_policy", "google_compute_region_ssl_policy"];
const URL_MAPS: &[&str] = &["google_compute_url_map", "google_compute_region_url_map"];

/// A proxy; what is before and behind it is filled in by their own mappings.
fn proxy(resource: &Resource) -> Endpoint {
    Endpoint { kind: "load-balancer".into(), resource: resource.uid().into(), ..Endpoint::default() }
}

fn tls_proxy(resource: &Resource, stage: &mut Stage) {
    let policy = resource.reference("ssl_policy", SSL_POLICIES);
    resource.reference("url_map", URL_MAPS);
    let tls_min = match &policy {
        Reference::Unset => resource.default("google.compute.ssl_policy.tls_min"),
        Reference::Unresolved(code) => Cell::Gap(*code),
        Reference::Uid(_) | Reference::Literal(_) => Cell::Gap(GapCode::NotCollected),
    };
    stage.add(resource, Endpoint { tls: true.into(), tls_min, ..proxy(resource) });
}

fn plain_proxy(resource: &Resource, stage: &mut Stage) {
    resource.reference("url_map", URL_MAPS);
    stage.add(resource, Endpoint { tls: Cell::default(), tls_min: "".into(), ..proxy(resource) });
}

fn ssl_policy(resource: &Resource, stage: &mut Stage) {
    let lowest = resource.text("min_tls_version").or("TLS_1_0").and_then(|version| match version.as_str() {
        "TLS_1_0" => "1.0".into(),
        "TLS_1_1" => "1.1".into(),
        "TLS_1_2" => "1.2".into(),
        "TLS_1_3" => "1.3".into(),
        _ => Cell::Gap(GapCode::Unreadable),
    });
    stage.for_referrers::<Endpoint>(resource, &["ssl_policy"], move |_: &Common, row| row.tls_min = lowest.clone());
}

/// Whether a plain proxy answers with nothing but a redirect is written in its map.
fn url_map(resource: &Resource, stage: &mut Stage) {
    let redirects = match resource.block("default_url_redirect") {
        Attr::Known(redirect) => redirect.bool("https_redirect").or(false),
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    // Rules for single hosts or paths may answer otherwise.
    let redirects = redirects.and_then(|redirects| match (redirects, resource.is_set("path_matcher")) {
        (true, Attr::Known(true)) => Cell::Gap(GapCode::NotCollected),
        (redirects, _) => redirects.into(),
    });
    stage.for_referrers::<Endpoint>(resource, &["url_map"], move |common: &Common, row| {
        let plain = common.native_type.known().is_some_and(|native_type| native_type.ends_with("target_http_proxy"));
        if plain {
            row.tls = redirects.clone();
        }
    });
}

fn forwarding_rule(resource: &Resource, stage: &mut Stage) {
    let public = resource.text("load_balancing_scheme").or("EXTERNAL").map(|scheme| scheme.starts_with("EXTERNAL"));
    let port = resource.text("port_range").cell().and_then(|range| {
        let first = range.split('-').next().and_then(|port| port.trim().parse().ok());
        first.map_or(Cell::Gap(GapCode::Unreadable), Cell::Known)
    });
    let forget = |row: &mut Endpoint, code| {
        row.public = Cell::Gap(code);
        row.port = Cell::Gap(code);
    };
    stage.facet::<Endpoint>(resource, "target", PROXIES, forget, move |row| {
        // Several rules may lead to one proxy: one from the internet is enough.
        row.public = match std::mem::take(&mut row.public) {
            Cell::Gap(GapCode::NotCollected) => public,
            earlier => earlier.either(public),
        };
        row.port = port;
    });
}

fn security_policy(_resource: &Resource, _stage: &mut Stage) {
    // It stands before a backend service, which names it; that it is there is told by its resource row.
}
