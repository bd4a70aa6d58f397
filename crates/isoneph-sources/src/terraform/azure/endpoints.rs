//! What takes connections on Azure: application gateways, web applications, API Management, Front Door.

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
    Mapping::new("azurerm_api_management", api_management, &[table::<Endpoint>]),
    Mapping::new("azurerm_application_gateway", gateway, &[table::<Endpoint>]),
    Mapping::new("azurerm_cdn_frontdoor_custom_domain", front_door_domain, &[table::<Endpoint>]),
    Mapping::new("azurerm_cdn_frontdoor_endpoint", front_door_endpoint, &[]).patching(&[table::<Endpoint>]),
    Mapping::new("azurerm_cdn_frontdoor_route", front_door_route, &[table::<Endpoint>]),
];

fn gateway(resource: &Resource, stage: &mut Stage) {
    let floor = gateway_floor(resource);
    let firewall =
        resource.is_set("firewall_policy_id").cell().either(resource.bool("waf_configuration.enabled").or(false));
    for listener in resource.blocks("http_listener").known().into_iter().flatten() {
        let encrypted = listener.text("protocol").cell().map(|protocol| protocol.eq_ignore_ascii_case("https"));
        let own_profile = listener.is_set("ssl_profile_name").cell();
        let floor = floor.clone();
        let row = Endpoint {
            kind: "load-balancer".into(),
            resource: resource.uid().into(),
            public: is_public(resource, listener),
            restricted: Cell::default(),
            port: port(resource, listener),
            tls: encrypted.clone().either(redirected(resource, listener)),
            tls_min: match (encrypted, own_profile) {
                (Cell::Known(false), _) => "".into(),
                (Cell::Known(true), Cell::Known(false)) => floor,
                (Cell::Known(true), Cell::Known(true)) => profile_floor(resource, listener, floor),
                (Cell::Gap(code), _) | (_, Cell::Gap(code)) => Cell::Gap(code),
            },
            has_waf: listener.is_set("firewall_policy_id").cell().either(firewall.clone()),
            // A diagnostic setting of the plan says otherwise.
            access_log: false.into(),
            ..Endpoint::default()
        };
        stage.add_block(resource, listener, row);
    }
}

/// The block of a list that has this name.
fn named<'a>(resource: &'a Resource, list: &str, name: &str) -> Cell<Option<Block<'a>>> {
    match resource.blocks(list) {
        Attr::Known(blocks) => {
            Cell::Known(blocks.into_iter().find(|block| block.text("name").known().is_some_and(|own| own == name)))
        }
        Attr::Unset => Cell::Known(None),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

/// The block of a list that another block names.
fn led_to<'a>(resource: &'a Resource, from: &Block<'_>, attribute: &str, list: &str) -> Cell<Block<'a>> {
    from.text(attribute).cell().and_then(|name| match named(resource, list, &name) {
        Cell::Known(Some(block)) => Cell::Known(block),
        Cell::Known(None) => Cell::Gap(GapCode::UnresolvedReference),
        Cell::Gap(code) => Cell::Gap(code),
    })
}

fn is_public(resource: &Resource, listener: &Block<'_>) -> Cell<bool> {
    led_to(resource, listener, "frontend_ip_configuration_name", "frontend_ip_configuration")
        .and_then(|frontend| given(&frontend, "public_ip_address_id"))
}

/// Whether an identifier is given. One that is only known later is given all the same.
fn given(block: &Block<'_>, path: &str) -> Cell<bool> {
    (block.is_set(path) != Attr::Known(false)).into()
}

fn port(resource: &Resource, listener: &Block<'_>) -> Cell<i64> {
    led_to(resource, listener, "frontend_port_name", "frontend_port").and_then(|port| port.int("port").cell())
}

/// Whether every rule of a listener does nothing but send on to an encrypted one.
fn redirected(resource: &Resource, listener: &Block<'_>) -> Cell<bool> {
    let (rules, name) = match (resource.blocks("request_routing_rule"), listener.text("name")) {
        (Attr::Known(rules), Attr::Known(name)) => (rules, name),
        (Attr::Unknown(code), _) | (_, Attr::Unknown(code)) => return Cell::Gap(code),
        (Attr::Unset, _) | (_, Attr::Unset) => return false.into(),
    };
    let own: Vec<&Block<'_>> = rules
        .iter()
        .filter(|rule| rule.text("http_listener_name").known().is_some_and(|listener| *listener == name))
        .collect();
    if own.is_empty() {
        return false.into();
    }
    own.iter().map(|rule| leads_to_tls(resource, rule)).fold(Cell::Known(true), Cell::and)
}

fn leads_to_tls(resource: &Resource, rule: &Block<'_>) -> Cell<bool> {
    if rule.text("redirect_configuration_name").is_unset() {
        return false.into();
    }
    led_to(resource, rule, "redirect_configuration_name", "redirect_configuration").and_then(|redirect| {
        match (redirect.text("target_url"), redirect.text("target_listener_name")) {
            (Attr::Known(url), _) => url.starts_with("https://").into(),
            (_, Attr::Known(_)) => led_to(resource, &redirect, "target_listener_name", "http_listener")
                .and_then(|target| target.text("protocol").cell())
                .map(|protocol| protocol.eq_ignore_ascii_case("https")),
            (Attr::Unknown(code), _) | (_, Attr::Unknown(code)) => Cell::Gap(code),
            (Attr::Unset, Attr::Unset) => false.into(),
        }
    })
}

fn gateway_floor(resource: &Resource) -> Cell<String> {
    match resource.unset_if_computed("ssl_policy", resource.block("ssl_policy")) {
        Attr::Known(policy) => policy_floor(&policy),
        Attr::Unset => resource.default("azure.application_gateway.tls_min"),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

fn profile_floor(resource: &Resource, listener: &Block<'_>, general: Cell<String>) -> Cell<String> {
    led_to(resource, listener, "ssl_profile_name", "ssl_profile").and_then(|profile| {
        match profile.block("ssl_policy") {
            Attr::Known(policy) => policy_floor(&policy),
            Attr::Unset => general,
            Attr::Unknown(code) => Cell::Gap(code),
        }
    })
}

fn policy_floor(policy: &Block<'_>) -> Cell<String> {
    if let Attr::Known(name) = policy.text("policy_name") {
        return match name.as_str() {
            "AppGwSslPolicy20150501" => "1.0".into(),
            "AppGwSslPolicy20170401" => "1.1".into(),
            "AppGwSslPolicy20170401S" | "AppGwSslPolicy20220101" | "AppGwSslPolicy20220101S" => "1.2".into(),
            _ => Cell::Gap(GapCode::Unreadable),
        };
    }
    policy.text("min_protocol_version").cell().and_then(|version| match version.as_str() {
        "TLSv1_0" => "1.0".into(),
        "TLSv1_1" => "1.1".into(),
        "TLSv1_2" => "1.2".into(),
        "TLSv1_3" => "1.3".into(),
        _ => Cell::Gap(GapCode::Unreadable),
    })
}

/// The endpoint of a web or function application.
pub(crate) fn of_application(resource: &Resource) -> Endpoint {
    let tls_min = match resource.block("site_config") {
        Attr::Known(config) => config.text("minimum_tls_version").or("1.2"),
        Attr::Unset => Cell::default(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    Endpoint {
        kind: "web-application".into(),
        resource: resource.uid().into(),
        public: resource.bool("public_network_access_enabled").or(true),
        restricted: resource
            .text("site_config.ip_restriction_default_action")
            .or("Allow")
            .map(|action| action.eq_ignore_ascii_case("deny")),
        port: 443.into(),
        tls: resource.bool("https_only").or(false),
        tls_min,
        // A gateway or Front Door before it is not seen from here.
        has_waf: Cell::default(),
        // A diagnostic setting of the plan may record accesses as well.
        access_log: resource.is_set("logs.http_logs").cell(),
        authenticated: authenticated(resource),
        certificate_expires_at: Cell::default(),
    }
}

fn authenticated(resource: &Resource) -> Cell<bool> {
    let demands = |block: &str, enabled: &str, open: &str, word: &str| match resource.block(block) {
        Attr::Known(settings) => {
            let lets_in = settings.text(open).or("").map(|action| action == word);
            settings.bool(enabled).or(false).and(lets_in.not())
        }
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    let by_v2 = demands("auth_settings_v2", "auth_enabled", "unauthenticated_action", "AllowAnonymous");
    let by_v1 = demands("auth_settings", "enabled", "unauthenticated_client_action", "AllowAnonymous");
    // Without either the application itself may ask who is there.
    by_v2.either(by_v1).and_then(|demanded| if demanded { true.into() } else { Cell::default() })
}

fn api_management(resource: &Resource, stage: &mut Stage) {
    let internal = resource.text("virtual_network_type").or("None").map(|kind| kind == "Internal");
    let reachable = resource.bool("public_network_access_enabled").or(true);
    // The names changed places in version 4 of the provider.
    let accepts = |version: &str| {
        let (now, before) =
            (format!("security.frontend_{version}_enabled"), format!("security.enable_frontend_{version}"));
        resource.bool(&now).or_else(|| resource.bool(&before)).or(false)
    };
    let oldest = accepts("ssl30").either(accepts("tls10"));
    let old = accepts("tls11");
    stage.add(
        resource,
        Endpoint {
            kind: "api".into(),
            resource: resource.uid().into(),
            public: internal.not().and(reachable),
            port: 443.into(),
            access_log: false.into(),
            // The gateway takes plain connections only for an API that lists `http` among its protocols.
            tls: Cell::default(),
            tls_min: oldest.and_then(|oldest| {
                if oldest { "1.0".into() } else { old.map(|old| if old { "1.1" } else { "1.2" }.to_owned()) }
            }),
            ..Endpoint::default()
        },
    );
}

fn front_door_route(resource: &Resource, stage: &mut Stage) {
    resource.reference("cdn_frontdoor_endpoint_id", &["azurerm_cdn_frontdoor_endpoint"]);
    let only_tls = resource
        .texts("supported_protocols")
        .cell()
        .map(|protocols| protocols.iter().all(|protocol| protocol.eq_ignore_ascii_case("https")));
    stage.add(
        resource,
        Endpoint {
            kind: "distribution".into(),
            resource: resource.uid().into(),
            public: true.into(),
            port: 0.into(),
            tls: only_tls.either(resource.bool("https_redirect_enabled").or(true)),
            // Each custom domain has its own.
            tls_min: "".into(),
            ..Endpoint::default()
        },
    );
}

fn front_door_endpoint(resource: &Resource, stage: &mut Stage) {
    let enabled = resource.bool("enabled").or(true);
    stage.for_referrers::<Endpoint>(resource, &["cdn_frontdoor_endpoint_id"], move |_: &Common, row| {
        row.public = enabled.clone();
    });
}

fn front_door_domain(resource: &Resource, stage: &mut Stage) {
    let version = match resource.block("tls") {
        Attr::Known(tls) => tls.text("minimum_version").or_else(|| tls.text("minimum_tls_version")).or("TLS12"),
        Attr::Unset => Cell::default(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    stage.add(
        resource,
        Endpoint {
            kind: "distribution".into(),
            resource: resource.uid().into(),
            public: true.into(),
            port: 443.into(),
            // Whether a plain request is answered is the route's affair.
            tls: true.into(),
            tls_min: version.and_then(|version| match version.as_str() {
                "TLS10" => "1.0".into(),
                "TLS12" => "1.2".into(),
                "TLS13" => "1.3".into(),
                _ => Cell::Gap(GapCode::Unreadable),
            }),
            ..Endpoint::default()
        },
    );
}
